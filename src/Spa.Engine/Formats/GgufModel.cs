using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>
/// A GGUF model as a Hugging Face checkpoint: the same names, shapes and row order, and a config.json. Architecture "llama" (Llama,
/// SmolLM2, TinyLlama); any other is refused by name.
/// </summary>
public sealed class GgufModel : TensorSource
{
    private const string Architecture = "llama";

    private readonly Dictionary<string, StoredTensor> _tensors;
    private readonly int _head;

    private GgufModel(GgufFile file)
    {
        string architecture = file.Text("general.architecture")
            ?? throw new SpaException($"'{file.Path}': metadata 'general.architecture' is missing; the file is not a language model");
        if (architecture != Architecture)
            throw new SpaException($"'{file.Path}' is a model of architecture '{architecture}'; supported in GGUF: {Architecture}; use its Hugging Face folder");
        File = file;
        Config = GgufLlamaConfig.Build(file);
        _head = GgufLlamaConfig.HeadSize(file);
        _tensors = new Dictionary<string, StoredTensor>(file.Tensors.Count, StringComparer.Ordinal);
        foreach (StoredTensor tensor in file.Tensors.Values) Add(tensor);
    }

    public override string Path => File.Path;

    public override IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    /// <summary>The file below, for its metadata (vocabulary, chat template).</summary>
    public GgufFile File { get; }

    /// <summary>What config.json would hold.</summary>
    public JsonObject Config { get; }

    /// <exception cref="SpaException">The file is missing or malformed, or its architecture is not supported.</exception>
    public static GgufModel Open(string path)
    {
        GgufFile file = GgufFile.Open(path);
        try
        {
            return new GgufModel(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    protected override void Dispose(bool disposing) => File.Dispose();

    private protected override MappedFile Mapping(StoredTensor tensor) => File.File;

    private protected override int InterleavedHeadRows(StoredTensor tensor) => IsRotated(tensor.Name) ? _head : 0;

    private static bool IsRotated(string name) =>
        name.Contains(".self_attn.q_proj.", StringComparison.Ordinal) || name.Contains(".self_attn.k_proj.", StringComparison.Ordinal);

    // The factors stand for settings of config.json, which say the same.
    private void AddScaling(StoredTensor tensor)
    {
        float[] factors = new float[tensor.Count is <= 1 << 16 and var count ? count : 0];
        if (factors.Length > 0) File.ReadFloat32(tensor.Name, factors);
        double theta = Config["rope_theta"]!.GetValue<double>();
        Config["rope_scaling"] = Llama3Factors.Recognise(factors, File.Metadata.GetValueOrDefault(Llama3Factors.Key), theta, _head)
            ?? throw new SpaException($"'{Path}' stores rotary frequencies ('{tensor.Name}') that are not those of Llama 3.1 or later, which is not supported in GGUF; use "
                + "the model's Hugging Face folder");
    }

    private void Add(StoredTensor tensor)
    {
        if (tensor.Name == Llama3Factors.TensorName)
        {
            AddScaling(tensor);
            return;
        }
        string name = GgufLlamaNames.ToHuggingFace(tensor.Name)
            ?? throw new SpaException($"'{Path}': tensor '{tensor.Name}' is not part of a llama model; this model would be computed wrongly");
        long rows = tensor.Shape.Length == 1 ? tensor.Columns : tensor.Rows;
        if (IsRotated(name) && (tensor.Shape.Length > 2 || rows % _head != 0))
            throw new SpaException($"'{Path}': {tensor} does not hold whole heads of {_head}; the file is damaged");
        if (IsRotated(name) && tensor.Shape.Length == 1 && tensor.Type.Block().Elements > 1)
            throw new SpaException($"'{Path}': {tensor}: quantised biases are not supported");
        _tensors.Add(name, tensor with { Name = name });
    }
}
