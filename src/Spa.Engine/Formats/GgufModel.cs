using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>
/// A GGUF model as a Hugging Face checkpoint: the same names, shapes, row order and values, and a config.json. Architectures that are not in
/// <see cref="GgufArchitectures"/> are refused by name.
/// </summary>
public sealed class GgufModel : TensorSource
{
    private readonly Dictionary<string, StoredTensor> _tensors;
    private readonly GgufArchitecture _architecture;
    private readonly int _head;

    private GgufModel(GgufFile file)
    {
        string architecture = file.Text("general.architecture")
            ?? throw new SpaException($"'{file.Path}': metadata 'general.architecture' is missing; the file is not a language model");
        _architecture = GgufArchitectures.Find(architecture)
            ?? throw new SpaException($"'{file.Path}' is a model of architecture '{architecture}'; supported in GGUF: {GgufArchitectures.Names}");
        File = file;
        Config = GgufConfig.Build(file, _architecture);
        _head = GgufConfig.HeadSize(new GgufKeys(file, architecture));
        _tensors = new Dictionary<string, StoredTensor>(file.Tensors.Count, StringComparer.Ordinal);
        foreach (StoredTensor tensor in file.Tensors.Values.Where(t => !_architecture.RotaryTensors.Contains(t.Name))) Add(tensor);
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

    internal override MappedFile Mapping(StoredTensor tensor) => File.File;

    private protected override int InterleavedHeadRows(StoredTensor tensor) => _architecture.IsInterleaved(tensor.Name) ? _head : 0;

    private protected override float StoredAbove(StoredTensor tensor) => _architecture.IsFromOne(tensor.Name) ? 1 : 0;

    private void Add(StoredTensor tensor)
    {
        string name = _architecture.ToHuggingFace(tensor.Name)
            ?? throw new SpaException($"'{Path}': tensor '{tensor.Name}' is not part of a {_architecture.Name} model; this model would be computed wrongly");
        if (name.Contains("{1}", StringComparison.Ordinal))
        {
            AddHeads(name, tensor);
            return;
        }
        if (_architecture.IsInterleaved(name)) RequireHeads(tensor);
        _tensors.Add(name, tensor with { Name = name });
    }

    private void RequireHeads(StoredTensor tensor)
    {
        long rows = tensor.Shape.Length == 1 ? tensor.Columns : tensor.Rows;
        if (tensor.Shape.Length > 2 || rows % _head != 0) throw new SpaException($"'{Path}': {tensor} does not hold whole heads of {_head}; the file is damaged");
        if (tensor.Shape.Length == 1 && tensor.Type.Block().Elements > 1) throw new SpaException($"'{Path}': {tensor}: quantised biases are not supported");
    }

    // A row for each head, where a checkpoint has a vector for each.
    private void AddHeads(string name, StoredTensor tensor)
    {
        const int MaxHeads = 1 << 12;
        if (tensor.Columns != _head || tensor.Rows > MaxHeads || tensor.Rows == 0)
            throw new SpaException($"'{Path}': {tensor} does not hold heads of {_head}; the file is damaged");
        long bytes = tensor.Bytes / tensor.Rows;
        for (int head = 0; head < tensor.Rows; head++)
        {
            string own = name.Replace("{1}", head.ToString());
            _tensors.Add(own, tensor with { Name = own, Shape = [tensor.Columns], Offset = tensor.Offset + head * bytes, Bytes = bytes });
        }
    }
}
