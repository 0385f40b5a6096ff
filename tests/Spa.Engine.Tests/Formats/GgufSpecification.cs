using System.Text;

namespace Spa.Engine.Tests.Formats;

/// <summary>
/// A GGUF file read as its specification describes it, with nothing of the engine: a magic, a version, counts, typed key-values, a table of tensors, then the data
/// at the next multiple of the alignment.
/// </summary>
internal sealed class GgufSpecification
{
    public Dictionary<string, object> Values { get; } = [];

    public Dictionary<string, (ulong[] Dimensions, uint Type, byte[] Data)> Tensors { get; } = [];

    public static GgufSpecification Read(string path)
    {
        var file = new GgufSpecification();
        using var reader = new BinaryReader(File.OpenRead(path));
        Assert.That(reader.ReadBytes(4), Is.EqualTo("GGUF"u8.ToArray()));
        Assert.That(reader.ReadUInt32(), Is.EqualTo(3));
        ulong tensors = reader.ReadUInt64(), entries = reader.ReadUInt64();
        for (ulong i = 0; i < entries; i++) file.Values.Add(Text(reader), Value(reader, reader.ReadUInt32()));
        List<(string Name, ulong[] Dimensions, uint Type, ulong Offset)> table = [];
        for (ulong i = 0; i < tensors; i++)
        {
            string name = Text(reader);
            ulong[] dimensions = new ulong[reader.ReadUInt32()];
            for (int d = 0; d < dimensions.Length; d++) dimensions[d] = reader.ReadUInt64();
            table.Add((name, dimensions, reader.ReadUInt32(), reader.ReadUInt64()));
        }
        long alignment = file.Values.TryGetValue("general.alignment", out object? given) ? (uint)given : 32;
        long start = (reader.BaseStream.Position + alignment - 1) / alignment * alignment;
        foreach ((string name, ulong[] dimensions, uint type, ulong offset) in table)
        {
            Assert.That((long)offset % alignment, Is.Zero, name);
            long count = dimensions.Aggregate(1L, (product, size) => product * (long)size);
            reader.BaseStream.Position = start + (long)offset;
            byte[] data = reader.ReadBytes((int)(type switch { 0 => count * 4, 1 or 30 => count * 2, 8 => count / 32 * 34, _ => throw new NotSupportedException($"{type}") }));
            file.Tensors.Add(name, (dimensions, type, data));
        }
        return file;
    }

    /// <summary>The numbers of a tensor, fastest dimension first.</summary>
    public double[] Numbers(string name)
    {
        (_, uint type, byte[] data) = Tensors[name];
        return type switch
        {
            0 => [.. data.Chunk(4).Select(x => (double)BitConverter.ToSingle(x))],
            1 => [.. data.Chunk(2).Select(x => (double)BitConverter.ToHalf(x))],
            30 => [.. data.Chunk(2).Select(x => (double)BitConverter.Int32BitsToSingle(BitConverter.ToUInt16(x) << 16))],
            _ => [.. data.Chunk(34).SelectMany(x => x[2..].Select(q => (double)BitConverter.ToHalf(x) * (sbyte)q))],
        };
    }

    private static object Value(BinaryReader reader, uint type) => type switch
    {
        0 => reader.ReadByte(),
        1 => reader.ReadSByte(),
        2 => reader.ReadUInt16(),
        3 => reader.ReadInt16(),
        4 => reader.ReadUInt32(),
        5 => reader.ReadInt32(),
        6 => reader.ReadSingle(),
        7 => reader.ReadByte() == 1,
        8 => Text(reader),
        9 => List(reader),
        10 => reader.ReadUInt64(),
        11 => reader.ReadInt64(),
        12 => reader.ReadDouble(),
        _ => throw new NotSupportedException($"type {type}"),
    };

    private static object[] List(BinaryReader reader)
    {
        uint type = reader.ReadUInt32();
        object[] values = new object[reader.ReadUInt64()];
        for (int i = 0; i < values.Length; i++) values[i] = Value(reader, type);
        return values;
    }

    private static string Text(BinaryReader reader) => Encoding.UTF8.GetString(reader.ReadBytes((int)reader.ReadUInt64()));
}
