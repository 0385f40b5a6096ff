using System.Buffers.Binary;
using System.Text.Json;

namespace Spa.Engine.Formats;

/// <summary>The header of a safetensors file, checked against the file's length: every tensor lies in the file and none overlaps another.</summary>
internal sealed class SafetensorsHeader
{
    private const int PrefixBytes = 8;

    // The limit of the reference implementation.
    private const long MaxHeaderBytes = 100_000_000;

    private readonly string _path;
    private readonly long _dataStart;
    private readonly long _dataBytes;

    private SafetensorsHeader(string path, long dataStart, long dataBytes) => (_path, _dataStart, _dataBytes) = (path, dataStart, dataBytes);

    public Dictionary<string, StoredTensor> Tensors { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <param name="path">Named in errors and in the tensors.</param>
    /// <param name="bytes">The mapped file.</param>
    /// <param name="length">Its length.</param>
    /// <exception cref="SpaException">The file is truncated or malformed.</exception>
    public static unsafe SafetensorsHeader Parse(string path, byte* bytes, long length)
    {
        if (length < PrefixBytes) throw new SpaException($"'{path}' is truncated: a safetensors file starts with {PrefixBytes} bytes of header length, the file has "
            + $"{length}; copy or download it again");
        ulong claimed = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(bytes, PrefixBytes));
        if (claimed > MaxHeaderBytes)
            throw new SpaException($"'{path}' is not a safetensors file: its header would have {claimed:N0} bytes; at most {MaxHeaderBytes:N0} are expected");
        if ((long)claimed > length - PrefixBytes)
            throw new SpaException($"'{path}' is truncated: its header should have {claimed:N0} bytes, {length - PrefixBytes:N0} follow; copy or download it again");
        var header = new SafetensorsHeader(path, PrefixBytes + (long)claimed, length - PrefixBytes - (long)claimed);
        try
        {
            header.ReadJson(new ReadOnlySpan<byte>(bytes + PrefixBytes, (int)claimed));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new SpaException($"'{path}': the safetensors header is not valid JSON; copy or download the file again", error);
        }
        header.RequireCoverage();
        return header;
    }

    private void ReadJson(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw Malformed("the header is not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw Malformed($"entry '{name}' is not an object");
            if (name == "__metadata__") ReadMetadata(ref reader);
            else if (!Tensors.TryAdd(name, ReadTensor(ref reader, name))) throw Malformed($"tensor '{name}' occurs twice");
        }
        if (reader.Read()) throw Malformed("something follows the header's object");
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String) throw Malformed($"metadata '{key}' is not a string");
            if (!Metadata.TryAdd(key, reader.GetString()!)) throw Malformed($"metadata '{key}' occurs twice");
        }
    }

    private StoredTensor ReadTensor(ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        List<long>? shape = null, range = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            bool again = key switch
            {
                "dtype" => type is not null,
                "shape" => shape is not null,
                "data_offsets" => range is not null,
                _ => false,
            };
            if (again) throw Malformed($"tensor '{name}' has '{key}' twice");
            if (key == "dtype") type = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw Malformed($"tensor '{name}': 'dtype' is not a string");
            else if (key == "shape") shape = ReadSizes(ref reader, name, key);
            else if (key == "data_offsets") range = ReadSizes(ref reader, name, key);
            else reader.Skip();
        }
        if (type is null || shape is null || range is not { Count: 2 }) throw Malformed($"tensor '{name}' needs 'dtype', 'shape' and two 'data_offsets'");
        return Check(name, type, [.. shape], range[0], range[1]);
    }

    private List<long> ReadSizes(ref Utf8JsonReader reader, string name, string key)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw Malformed($"tensor '{name}': '{key}' is not a list");
        var sizes = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long size) || size < 0)
                throw Malformed($"tensor '{name}': '{key}' holds something else than sizes");
            if (sizes.Count == StoredTensor.MaxDimensions) throw Malformed($"tensor '{name}': '{key}' has more than {StoredTensor.MaxDimensions} entries");
            sizes.Add(size);
        }
        return sizes;
    }

    private StoredTensor Check(string name, string typeName, long[] shape, long begin, long end)
    {
        StoredType type = StoredTypes.FromSafetensors(typeName) ?? throw Malformed($"tensor '{name}' has the unknown dtype '{typeName}'");
        if (!StoredTensor.TryMeasure(type, shape, out long bytes)) throw Malformed($"tensor '{name}': the shape [{string.Join(", ", shape)}] is too large");
        if (begin > end || end - begin != bytes)
            throw Malformed($"tensor '{name}': {typeName} [{string.Join(", ", shape)}] needs {bytes:N0} bytes, the offsets [{begin}, {end}] do not hold as many");
        if (end > _dataBytes)
            throw new SpaException($"'{_path}' is truncated: tensor '{name}' ends at byte {end:N0} of the data, the file has {_dataBytes:N0}; copy or download it again");
        return new StoredTensor(name, type, shape, _path, _dataStart + begin, bytes);
    }

    // The format allows neither gaps nor overlaps nor a rest, so that nothing can hide in a file.
    private void RequireCoverage()
    {
        long position = _dataStart;
        foreach (StoredTensor tensor in Tensors.Values.OrderBy(x => x.Offset).ThenBy(x => x.Bytes))
        {
            if (tensor.Offset != position) throw Malformed($"tensor '{tensor.Name}' {(tensor.Offset < position ? "overlaps another" : "leaves a gap before it")}");
            position += tensor.Bytes;
        }
        long rest = _dataStart + _dataBytes - position;
        if (rest != 0) throw Malformed($"{rest:N0} bytes follow the last tensor");
    }

    private SpaException Malformed(string what) => new($"'{_path}' is not a valid safetensors file: {what}; copy or download it again");
}
