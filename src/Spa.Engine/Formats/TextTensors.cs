namespace Spa.Engine.Formats;

/// <summary>The tensors of a model's text part (<see cref="TextParts"/>), under the names of a text model. It owns the source.</summary>
internal sealed class TextTensors : TensorSource
{
    private readonly TensorSource _whole;
    private readonly Dictionary<string, StoredTensor> _tensors = new(StringComparer.Ordinal);

    /// <exception cref="SpaException">Two tensors have one name in the text model.</exception>
    public TextTensors(TensorSource whole)
    {
        _whole = whole;
        foreach (StoredTensor tensor in whole.Tensors.Values)
        {
            if (TextParts.NameOf(tensor.Name) is not { } name) (LeftOut, LeftOutBytes) = (LeftOut + 1, LeftOutBytes + tensor.Bytes);
            else if (!_tensors.TryAdd(name, tensor with { Name = name })) throw new SpaException($"'{whole.Path}': tensor '{name}' of the text model is there twice");
        }
    }

    public override string Path => _whole.Path;

    public override IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    /// <summary>Tensors of other parts.</summary>
    public int LeftOut { get; }

    public long LeftOutBytes { get; }

    protected override void Dispose(bool disposing) => _whole.Dispose();

    internal override MappedFile Mapping(StoredTensor tensor) => _whole.Mapping(tensor);
}
