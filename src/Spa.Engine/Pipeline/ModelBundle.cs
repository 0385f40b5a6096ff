using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Data;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Families;

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
        tokenizer?.RequireFits(Config.VocabSize, files.Path);
    }

    public string Path => _files.Path;

    public ModelFamily Family { get; }

    public DecoderConfig Config { get; }

    /// <summary>config.json, or what it would hold.</summary>
    public JsonObject ConfigJson => _files.Config;

    /// <summary>generation_config.json, or null.</summary>
    public JsonObject? GenerationConfig => _files.GenerationConfig;

    /// <summary>Whether config.json says that the weights are bfloat16.</summary>
    public bool StoresBf16 => (ConfigJson["dtype"] ?? ConfigJson["torch_dtype"])?.ToString() == "bfloat16";

    public bool HasTokenizer => _tokenizer is not null;

    /// <exception cref="SpaException">The model has no tokenizer.</exception>
    public ModelTokenizer Tokenizer => _tokenizer ?? throw _missing.Missing();

    /// <summary>What turns rows into tokens; without a tokenizer only rows of ids pass.</summary>
    public IRowTokenizer RowTokenizer => _tokenizer is null ? _missing : _tokenizer;

    /// <summary>Opens a model and its tokenizer (or another one). A folder without tokenizer files is good for rows of token ids.</summary>
    public static ModelBundle Open(string path, string? tokenizer = null)
    {
        ModelFiles files = ModelFiles.Open(path);
        try
        {
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

    /// <summary>Reads the weights.</summary>
    public Model Load(ComputeBackend backend, DType matrixType) => ModelLoader.Load(backend, _files.Tensors, _files.Config, _files.ConfigPath, matrixType);

    /// <summary>Writes a model of this shape, with this bundle's tokenizer, as a Hugging Face folder.</summary>
    public void Write(string folder, Model model, IReadOnlyDictionary<string, string>? textFiles = null, long? maxShardBytes = null)
    {
        var config = (JsonObject)_files.Config.DeepClone();
        // Newer folders spell it dtype; one that says both must not contradict itself.
        string dtype = model.MatrixType == DType.Float32 ? "float32" : "bfloat16";
        if (config.ContainsKey("dtype")) config["dtype"] = dtype;
        if (config.ContainsKey("torch_dtype") || !config.ContainsKey("dtype")) config["torch_dtype"] = dtype;
        if (config["architectures"] is not JsonArray { Count: > 0 }) config["architectures"] = new JsonArray(Family.Architecture);
        HuggingFaceWriter.Write(folder, new HuggingFaceContent
        {
            Config = config,
            GenerationConfig = _files.GenerationConfig is { } generation ? (JsonObject)generation.DeepClone() : MadeGenerationConfig(),
            Tensors = [.. model.Table.Parameters.Select(p => Content(model, p))],
            TokenizerFolder = _tokenizerFolder,
            MaxShardBytes = maxShardBytes ?? SafetensorsWriter.DefaultShardBytes,
            ChatTemplate = _tokenizer?.TemplateSource,
            TextFiles = TextFiles(textFiles ?? new Dictionary<string, string>()),
        });
    }

    public void Dispose() => _files.Dispose();

    /// <summary>A parameter as a tensor to write, read from the device part by part.</summary>
    internal static TensorContent Content(Model model, Parameter p)
    {
        Tensor weight = model.Weight(p);
        StoredType type = p.Type == DType.Float32 ? StoredType.F32 : StoredType.BF16;
        int size = p.Type.Size();
        return TensorContent.FromBytes(p.Name, type, p.IsVector ? [p.Columns] : [p.Rows, p.Columns], (offset, bytes) =>
        {
            Tensor part = weight.Flat(offset / size, bytes.Length / size);
            if (size == sizeof(float)) model.Backend.Download(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes), part);
            else model.Backend.Download(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(bytes), part);
        });
    }

    // A GGUF file carries its vocabulary inside; a folder needs it as files.
    private Dictionary<string, string> TextFiles(IReadOnlyDictionary<string, string> given)
    {
        var files = new Dictionary<string, string>(given);
        if (_tokenizerFolder is not null || !HasTokenizer) return files;
        using var stream = new MemoryStream();
        Text.TokenizerJson.Write(Tokenizer.Tokenizer, stream);
        files["tokenizer.json"] = System.Text.Encoding.UTF8.GetString(stream.ToArray());
        var config = new JsonObject { ["tokenizer_class"] = "PreTrainedTokenizerFast" };
        if (Tokenizer.Config.BosToken is { } bos) config["bos_token"] = bos;
        if (Tokenizer.Config.EosToken is { } eos) config["eos_token"] = eos;
        if (Tokenizer.Config.PadToken is { } pad) config["pad_token"] = pad;
        files["tokenizer_config.json"] = config.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true });
        return files;
    }

    private JsonObject MadeGenerationConfig()
    {
        var config = new JsonObject();
        if (RowTokenizer.BosId is { } bos) config["bos_token_id"] = bos;
        if (RowTokenizer.EndIds.Count > 0) config["eos_token_id"] = RowTokenizer.EndIds[0];
        return config;
    }
}
