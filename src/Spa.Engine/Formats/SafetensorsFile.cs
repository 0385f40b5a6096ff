namespace Spa.Engine.Formats;

/// <summary>One safetensors file: 8 bytes of header length, a JSON header, then the tensors' bytes without gaps.</summary>
public sealed unsafe class SafetensorsFile : TensorSource
{
    private readonly Dictionary<string, StoredTensor> _tensors;

    private SafetensorsFile(MappedFile file, SafetensorsHeader header)
    {
        File = file;
        _tensors = header.Tensors;
        Metadata = header.Metadata;
    }

    public override string Path => File.Path;

    public override IReadOnlyDictionary<string, StoredTensor> Tensors => _tensors;

    /// <summary>The header's <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    internal MappedFile File { get; }

    /// <exception cref="SpaException">The file is missing, truncated or malformed.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = new MappedFile(path);
        try
        {
            return new SafetensorsFile(file, SafetensorsHeader.Parse(path, file.Pointer, file.Length));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    protected override void Dispose(bool disposing) => File.Dispose();

    internal override MappedFile Mapping(StoredTensor tensor) => File;
}
