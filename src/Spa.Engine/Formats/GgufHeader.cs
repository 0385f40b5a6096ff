namespace Spa.Engine.Formats;

/// <summary>Metadata and tensor table of a GGUF file (versions 2 and 3, little endian), checked against the file's length.</summary>
internal sealed unsafe class GgufHeader
{
    private const uint Magic = 0x46554747;
    private const long DefaultAlignment = 32;
    private const long MaxAlignment = 1 << 16;

    // The format has four dimensions at most.
    private const uint MaxDimensions = 4;

    // Key length, value type and a value of one byte; name length, dimension count, one size, type, offset.
    private const int LeastEntryBytes = 8 + 4 + 1;
    private const int LeastTensorBytes = 8 + 4 + 8 + 4 + 8;

    private readonly string _path;
    private readonly GgufReader _reader;

    private GgufHeader(string path, GgufReader reader) => (_path, _reader) = (path, reader);

    public Dictionary<string, object> Metadata { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, StoredTensor> Tensors { get; } = new(StringComparer.Ordinal);

    public int Version { get; private set; }

    /// <exception cref="SpaException">The file is not GGUF, or truncated, or malformed.</exception>
    public static GgufHeader Parse(string path, byte* bytes, long length)
    {
        var header = new GgufHeader(path, new GgufReader(path, bytes, length));
        header.ReadVersion();
        int tensors = header._reader.ReadCount("tensors", 1), entries = header._reader.ReadCount("metadata entries", LeastEntryBytes);
        header.ReadMetadata(entries);
        header.RefuseSplit();
        if (tensors > header._reader.Left / LeastTensorBytes) throw header.Malformed($"it claims {tensors:N0} tensors, {header._reader.Left:N0} bytes are left");
        header.ReadTensors(tensors, length);
        return header;
    }

    private void ReadVersion()
    {
        if (_reader.Left < 8 || _reader.Read<uint>() != Magic) throw new SpaException($"'{_path}' is not a GGUF file: it does not start with 'GGUF'");
        uint version = _reader.Read<uint>();
        if (version is not (2 or 3))
        {
            string found = (version & 0xFFFF) == 0 ? "a big-endian file" : $"version {version}";
            throw new SpaException($"'{_path}' is {found}; supported: GGUF versions 2 and 3, little endian");
        }
        Version = (int)version;
    }

    private void ReadMetadata(int entries)
    {
        for (int i = 0; i < entries; i++)
        {
            string key = _reader.ReadString("a metadata key");
            object value = _reader.ReadValue(_reader.Read<uint>(), key);
            if (!Metadata.TryAdd(key, value)) throw Malformed($"metadata '{key}' occurs twice");
        }
    }

    private void RefuseSplit()
    {
        if (Metadata.GetValueOrDefault("split.count") is long and > 1)
            throw new SpaException($"'{_path}' is one part of {Metadata["split.count"]}, which is not supported; join the parts with llama.cpp's 'llama-gguf-split "
                + "--merge' first");
    }

    private void ReadTensors(int count, long length)
    {
        long alignment = Alignment();
        var tensors = new List<StoredTensor>();
        for (int i = 0; i < count; i++) tensors.Add(ReadTensor(alignment));
        long start = (_reader.Position + alignment - 1) / alignment * alignment;
        foreach (StoredTensor tensor in tensors)
        {
            if (tensor.Offset > length - start || tensor.Bytes > length - start - tensor.Offset)
                throw new SpaException($"'{_path}' is truncated: tensor '{tensor.Name}' needs {tensor.Bytes:N0} bytes at {tensor.Offset:N0} of the data, the file has "
                    + $"{Math.Max(0, length - start):N0}; copy or download it again");
            if (!Tensors.TryAdd(tensor.Name, tensor with { Offset = start + tensor.Offset })) throw Malformed($"tensor '{tensor.Name}' occurs twice");
        }
        RequireNoOverlap();
    }

    private StoredTensor ReadTensor(long alignment)
    {
        string name = _reader.ReadString("a tensor name");
        uint dimensions = _reader.Read<uint>();
        if (dimensions is 0 or > MaxDimensions) throw Malformed($"tensor '{name}' has {dimensions} dimensions; 1 to {MaxDimensions} are expected");
        var shape = new long[dimensions];
        // The fastest dimension comes first in the file.
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            ulong size = _reader.Read<ulong>();
            shape[i] = size <= long.MaxValue ? (long)size : throw Malformed($"tensor '{name}' has the size {size}");
        }
        uint id = _reader.Read<uint>();
        StoredType type = StoredTypes.FromGgml(id)
            ?? throw new SpaException($"'{_path}': tensor '{name}' has the unknown type {id}; the file is damaged or newer than this program");
        if (!StoredTensor.TryMeasure(type, shape, out long bytes))
            throw Malformed($"tensor '{name}': the shape [{string.Join(", ", shape)}] is too large or not whole blocks of {type}");
        ulong offset = _reader.Read<ulong>();
        if (offset > long.MaxValue || offset % (ulong)alignment != 0) throw Malformed($"tensor '{name}' starts at {offset}, not at a multiple of {alignment}");
        return new StoredTensor(name, type, shape, _path, (long)offset, bytes);
    }

    private long Alignment()
    {
        if (!Metadata.TryGetValue("general.alignment", out object? value)) return DefaultAlignment;
        return value is long alignment and > 0 and <= MaxAlignment && long.IsPow2(alignment) ? alignment
            : throw Malformed($"'general.alignment' is {value}; a power of two up to {MaxAlignment} is expected");
    }

    private void RequireNoOverlap()
    {
        StoredTensor? before = null;
        foreach (StoredTensor tensor in Tensors.Values.OrderBy(x => x.Offset).ThenBy(x => x.Bytes))
        {
            if (before is not null && tensor.Offset < before.Offset + before.Bytes) throw Malformed($"tensors '{before.Name}' and '{tensor.Name}' overlap");
            before = tensor;
        }
    }

    private SpaException Malformed(string what) => new($"'{_path}' is not a valid GGUF file: {what}; copy or download it again");
}
