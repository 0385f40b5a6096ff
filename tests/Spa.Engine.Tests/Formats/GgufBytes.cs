using System.Text;

namespace Spa.Engine.Tests.Formats;

/// <summary>GGUF files written from the format's description. Order of calls: metadata, then tensors, then <see cref="Build"/>.</summary>
internal sealed class GgufBytes
{
    private readonly List<byte> _entries = [];
    private readonly List<byte> _table = [];
    private readonly List<byte> _data = [];
    private ulong _entryCount;
    private ulong _tensorCount;

    public uint Version { get; init; } = 3;

    public int Alignment { get; init; } = 32;

    /// <summary>An entry with the value's bytes as they are.</summary>
    public GgufBytes Raw(string key, uint type, params byte[] value)
    {
        Write(_entries, Text(key), BitConverter.GetBytes(type), value);
        _entryCount++;
        return this;
    }

    public GgufBytes With(string key, string value) => Raw(key, 8, Text(value));

    public GgufBytes With(string key, uint value) => Raw(key, 4, BitConverter.GetBytes(value));

    public GgufBytes With(string key, float value) => Raw(key, 6, BitConverter.GetBytes(value));

    public GgufBytes With(string key, params string[] values) => List(key, 8, values.Length, [.. values.SelectMany(Text)]);

    /// <summary>A list with its elements' bytes as they are.</summary>
    public GgufBytes List(string key, uint type, long count, params byte[] values) => Raw(key, 9, [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(count), .. values]);

    /// <summary>A tensor at the next aligned place; sizes fastest first, as in the file.</summary>
    public GgufBytes Tensor(string name, uint type, long[] sizes, byte[] data)
    {
        _data.AddRange(new byte[(Alignment - _data.Count % Alignment) % Alignment]);
        TensorAt(name, type, sizes, (ulong)_data.Count);
        _data.AddRange(data);
        return this;
    }

    /// <summary>A float32 tensor.</summary>
    public GgufBytes Tensor(string name, long[] sizes, params float[] values) => Tensor(name, 0, sizes, SafetensorsBytes.Floats(values));

    /// <summary>An entry of the tensor table without data.</summary>
    public GgufBytes TensorAt(string name, uint type, long[] sizes, ulong offset)
    {
        Write(_table, Text(name), BitConverter.GetBytes(sizes.Length), [.. sizes.SelectMany(BitConverter.GetBytes)], BitConverter.GetBytes(type), BitConverter.GetBytes(offset));
        _tensorCount++;
        return this;
    }

    public byte[] Build(ulong? tensorCount = null, ulong? entryCount = null)
    {
        var file = new List<byte>();
        Write(file, "GGUF"u8.ToArray(), BitConverter.GetBytes(Version), BitConverter.GetBytes(tensorCount ?? _tensorCount), BitConverter.GetBytes(entryCount ?? _entryCount));
        file.AddRange([.. _entries, .. _table]);
        if (_data.Count > 0) file.AddRange(new byte[(Alignment - file.Count % Alignment) % Alignment]);
        return [.. file, .. _data];
    }

    private static byte[] Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [.. BitConverter.GetBytes((long)bytes.Length), .. bytes];
    }

    private static void Write(List<byte> list, params byte[][] parts)
    {
        foreach (byte[] part in parts) list.AddRange(part);
    }
}
