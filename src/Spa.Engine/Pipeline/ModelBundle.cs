using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Data;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Models.Families;
using Spa.Engine.Text;

namespace Spa.Engine.Pipeline;

/// <summary>A model as a user names it: opened and checked, its weights read when they are asked for.</summary>
public sealed class ModelBundle : IDisposable
{
    private readonly ModelFiles _files;
    private readonly ModelTokenizer? _tokenizer;
    private readonly MissingTokenizer _missing;

    // Where the tokenizer's files lie; null where there are none or they lie in a GGUF file.
    private readonly string? _tokenizerFolder;

    private ModelBundle(ModelFiles files, ModelTokenizer? tokenizer, string? tokenizerFolder)
    {
        (_files, _tokenizer, _missing, _tokenizerFolder) = (files, tokenizer, new MissingTokenizer(files), tokenizerFolder);
        var reader = new ConfigReader(files.Config, files.ConfigPath);
        Family = ModelFamily.Find(reader);
        Config = Family.Load(reader);
        PassedOver =
        [
            .. files.LeftOut is { } leftOut ? [leftOut] : (string[])[],
            .. reader.Unknown() is { Count: > 0 } unknown ? [$"'{files.ConfigPath}': passed over, not known here: {string.Join(", ", unknown)}"] : (string[])[],
        ];
        tokenizer?.RequireFits(Config.VocabSize, files.Path);
    }

    public string Path => _files.Path;

    /// <summary>Whether it is a PEFT adapter with its base.</summary>
    public bool IsAdapter => _files.Adapter is not null;

    /// <summary>Whether it gives rewards and predicts no tokens.</summary>
    public bool IsReward => Config.RewardHead;

    /// <summary>Where the weights are: <see cref="Path"/>, or an adapter's base.</summary>
    public string BasePath => _files.BasePath;

    public ModelFamily Family { get; }

    public DecoderConfig Config { get; }

    /// <summary>config.json, or what it would hold.</summary>
    public JsonObject ConfigJson => _files.Config;

    /// <summary>generation_config.json, or null.</summary>
    public JsonObject? GenerationConfig => _files.GenerationConfig;

    /// <summary>Whether config.json says that the weights are bfloat16.</summary>
    public bool StoresBf16 => (ConfigJson["dtype"] ?? ConfigJson["torch_dtype"])?.ToString() == "bfloat16";

    /// <summary>What of the files is not read, a line each: another part than text, keys of config.json that are not known.</summary>
    public IReadOnlyList<string> PassedOver { get; }

    /// <summary>Metadata of a GGUF file; null for a folder.</summary>
    internal IReadOnlyDictionary<string, object>? GgufMetadata => _files.GgufMetadata;

    public bool HasTokenizer => _tokenizer is not null;

    /// <exception cref="SpaException">The model has no tokenizer.</exception>
    public ModelTokenizer Tokenizer => _tokenizer ?? throw _missing.Missing();

    /// <summary>What turns rows into tokens; without a tokenizer only rows of ids pass.</summary>
    public IRowTokenizer RowTokenizer => _tokenizer is null ? _missing : _tokenizer;

    /// <summary>Opens a model and its tokenizer (or another one). A folder without tokenizer files is good for rows of token ids.</summary>
    /// <param name="path">A Hugging Face folder, a GGUF file or a PEFT adapter folder.</param>
    /// <param name="tokenizer">Another tokenizer than the model's.</param>
    /// <param name="baseModel">The base of an adapter whose own path does not exist.</param>
    /// <param name="rewards">Whether a reward model will do; else one is refused, for it predicts no tokens.</param>
    public static ModelBundle Open(string path, string? tokenizer = null, string? baseModel = null, bool rewards = false)
    {
        if (tokenizer is not null) tokenizer = ModelTokenizer.PlaceOf(tokenizer);
        ModelFiles files = ModelFiles.Open(path, baseModel);
        try
        {
            if (!rewards && RewardConfig.IsReward(files.Config))
                throw new SpaException($"'{path}' is a reward model ({files.Config["architectures"]![0]}): it judges (reward-model) and predicts no tokens; expected a language model");
            bool bare = tokenizer is null && (files.GgufMetadata is { } metadata ? metadata.GetValueOrDefault("tokenizer.ggml.model") is "no_vocab" : files.TokenizerPath is null);
            string? folder = tokenizer is null ? System.IO.Path.GetDirectoryName(files.TokenizerPath) : Directory.Exists(tokenizer) ? tokenizer : null;
            return new ModelBundle(files, bare ? null : tokenizer is null ? ModelTokenizer.FromModel(files) : ModelTokenizer.Open(tokenizer), folder);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Reads the weights. Those of an adapter's base are shared with a model of the same base, where one is given.</summary>
    /// <param name="backend">Device.</param>
    /// <param name="matrixType">Storage of matrices.</param>
    /// <param name="beside">A model that is loaded already; null: none.</param>
    /// <param name="format">How the matrices of blocks are quantised; null: they are not.</param>
    public Model Load(ComputeBackend backend, DType matrixType, Model? beside = null, QuantisedFormat? format = null)
    {
        string source = System.IO.Path.GetFullPath(BasePath);
        bool shared = beside is not null && beside.Source == source && beside.Backend == backend && beside.MatrixType == matrixType && beside.Format == format;
        Model model = shared ? beside!.WithoutAdapter() : ModelLoader.Load(backend, _files.Tensors, _files.Config, _files.ConfigPath, matrixType, format: format);
        model.Source = source;
        if (_files.Adapter is null) return model;
        // The adapted model keeps the weights alive.
        using (model) return AdapterFiles.Load(model, _files.Adapter);
    }

    /// <summary>Reads the weights as a reward model's. A language model gets a new head in the place of its own.</summary>
    /// <param name="backend">Device.</param>
    /// <param name="matrixType">Storage of matrices.</param>
    /// <param name="seed">Of a new head.</param>
    public Model LoadReward(ComputeBackend backend, DType matrixType, ulong seed)
    {
        if (IsReward) return Load(backend, matrixType);
        if (IsAdapter)
            throw new SpaException($"'{Path}' is an adapter, and a reward model is trained whole; merge it with spa convert --model {Path} --merge-adapter --output DIR");
        JsonObject config = RewardConfig.Of(_files.Config, Family, PadToken());
        return ModelLoader.Load(backend, _files.Tensors, config, _files.ConfigPath, matrixType, headSeed: seed);
    }

    /// <summary>Writes a model of this shape, with this bundle's tokenizer, as a Hugging Face folder; one with an adapter as a PEFT adapter folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="model">What is written.</param>
    /// <param name="textFiles">Further files by plain name.</param>
    /// <param name="master">Float32 copy of an adapter stored in bfloat16; absent: none.</param>
    /// <param name="maxShardBytes">Largest safetensors file; null: the usual limit. An adapter is one file.</param>
    public void Write(string folder, Model model, IReadOnlyDictionary<string, string>? textFiles = null, Tensor master = default, long? maxShardBytes = null)
    {
        if (model.Adapter is { } adapter)
        {
            PeftAdapterWriter.Write(folder, adapter.Config.ToJson(System.IO.Path.GetFullPath(BasePath)), AdapterFiles.Contents(model, master), _tokenizerFolder, _tokenizer?.TemplateSource,
                NamedTemplates, TextFiles(textFiles ?? new Dictionary<string, string>()));
            return;
        }
        var config = (JsonObject)model.ConfigJson.DeepClone();
        // Newer folders spell it dtype; one that says both must not contradict itself.
        string dtype = model.MatrixType == DType.Float32 ? "float32" : "bfloat16";
        if (config.ContainsKey("dtype")) config["dtype"] = dtype;
        if (config.ContainsKey("torch_dtype") || !config.ContainsKey("dtype")) config["torch_dtype"] = dtype;
        if (config["architectures"] is not JsonArray { Count: > 0 }) config["architectures"] = new JsonArray(Family.Architecture);
        HuggingFaceWriter.Write(folder, new HuggingFaceContent
        {
            Config = config,
            GenerationConfig = model.Config.RewardHead ? null : _files.GenerationConfig is { } generation ? (JsonObject)generation.DeepClone() : MadeGenerationConfig(),
            Tensors = [.. model.Table.Parameters.Select(p => Content(model.Backend, model.Weight(p), p))],
            TokenizerFolder = _tokenizerFolder,
            MaxShardBytes = maxShardBytes ?? SafetensorsWriter.DefaultShardBytes,
            ChatTemplate = _tokenizer?.TemplateSource,
            NamedTemplates = NamedTemplates,
            TextFiles = TextFiles(textFiles ?? new Dictionary<string, string>()),
        });
    }

    public void Dispose() => _files.Dispose();

    /// <summary>A parameter as a tensor to write, read from the device part by part.</summary>
    internal static TensorContent Content(ComputeBackend backend, Tensor weight, Parameter p)
    {
        StoredType type = p.Type == DType.Float32 ? StoredType.F32 : StoredType.BF16;
        int size = p.Type.Size();
        return TensorContent.FromBytes(p.Name, type, p.IsVector ? [p.Columns] : [p.Rows, p.Columns], (offset, bytes) =>
        {
            Tensor part = weight.Flat(offset / size, bytes.Length / size);
            if (size == sizeof(float)) backend.Download(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes), part);
            else backend.Download(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(bytes), part);
        });
    }

    private IReadOnlyDictionary<string, string> NamedTemplates => _tokenizer?.NamedTemplates ?? new Dictionary<string, string>();

    // A GGUF file carries its vocabulary inside; a folder needs it as files.
    private Dictionary<string, string> TextFiles(IReadOnlyDictionary<string, string> given)
    {
        var files = new Dictionary<string, string>(given);
        if (_tokenizerFolder is not null || !HasTokenizer) return files;
        using var stream = new MemoryStream();
        Text.TokenizerJson.Write(Tokenizer.Tokenizer, stream);
        files["tokenizer.json"] = System.Text.Encoding.UTF8.GetString(stream.ToArray());
        // Without the second key older transformers takes spaces out of what it decodes.
        var config = new JsonObject { ["tokenizer_class"] = "PreTrainedTokenizerFast", ["clean_up_tokenization_spaces"] = false };
        foreach ((string key, string token) in Tokenizer.SpecialTokens) config[key] = token;
        files["tokenizer_config.json"] = config.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true });
        return files;
    }

    // What transformers would pad with: what the model says, or its tokenizer, or else the end token.
    private int? PadToken()
    {
        if (_files.Config["pad_token_id"] is JsonValue value && value.TryGetValue(out int id)) return id;
        TokenizerConfig? config = _tokenizer?.Config;
        return config?.PadTokenId ?? (config?.PadToken is { } token ? _tokenizer!.Tokenizer.TokenToId(token) : null) ?? (RowTokenizer.EndIds is [var end, ..] ? end : null);
    }

    private JsonObject MadeGenerationConfig()
    {
        var config = new JsonObject();
        if (RowTokenizer.BosId is { } bos) config["bos_token_id"] = bos;
        if (RowTokenizer.EndIds is [var end]) config["eos_token_id"] = end;
        else if (RowTokenizer.EndIds.Count > 1) config["eos_token_id"] = new JsonArray([.. RowTokenizer.EndIds.Select(id => (JsonNode)id)]);
        return config;
    }
}
