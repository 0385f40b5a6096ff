using System.Buffers.Binary;
using System.Text;

namespace Spa.Engine.Tests.Reporting;

/// <summary>Reads TensorBoard event files independently of the writer: bitwise CRC, generic protocol buffer fields.</summary>
internal static class EventFileReader
{
    /// <summary>A message as its fields: number, then varint and fixed values as their 64 bits, everything else as bytes.</summary>
    public sealed class Message(ReadOnlyMemory<byte> bytes)
    {
        private readonly List<(int Field, ulong Bits, ReadOnlyMemory<byte> Bytes)> _fields = [.. Parse(bytes)];

        public bool Has(int field) => _fields.Any(found => found.Field == field);

        public long Int64(int field) => (long)_fields.Single(found => found.Field == field).Bits;

        public double Double(int field) => BitConverter.UInt64BitsToDouble(_fields.Single(found => found.Field == field).Bits);

        public float Float(int field) => BitConverter.UInt32BitsToSingle((uint)_fields.Single(found => found.Field == field).Bits);

        public string String(int field) => Encoding.UTF8.GetString(_fields.Single(found => found.Field == field).Bytes.Span);

        public Message[] Messages(int field) => [.. _fields.Where(found => found.Field == field).Select(found => new Message(found.Bytes))];

        public double[] Doubles(int field)
        {
            byte[] packed = _fields.Single(found => found.Field == field).Bytes.ToArray();
            return [.. packed.Chunk(8).Select(chunk => BinaryPrimitives.ReadDoubleLittleEndian(chunk))];
        }
    }

    /// <summary>Every event of a file, both checksums of each verified.</summary>
    public static Message[] Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        List<Message> events = [];
        for (int at = 0; at < file.Length;)
        {
            int length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at)));
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)), Is.EqualTo(Masked(file.AsSpan(at, 8))),
                "checksum of the length");
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)),
                Is.EqualTo(Masked(file.AsSpan(at + 12, length))), "checksum of the data");
            events.Add(new(file.AsMemory(at + 12, length)));
            at += 16 + length;
        }
        return [.. events];
    }

    /// <summary>CRC-32C bit by bit (reversed polynomial 0x82F63B78), then leveldb's mask.</summary>
    public static uint Masked(ReadOnlySpan<byte> data)
    {
        uint crc = Crc(data);
        return (crc >> 15 | crc << 17) + 0xA282EAD8;
    }

    public static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
        }
        return ~crc;
    }

    private static List<(int, ulong, ReadOnlyMemory<byte>)> Parse(ReadOnlyMemory<byte> bytes)
    {
        List<(int, ulong, ReadOnlyMemory<byte>)> fields = [];
        int at = 0;
        while (at < bytes.Length)
        {
            ulong key = Varint();
            int field = (int)(key >> 3);
            switch (key & 7)
            {
                case 0: fields.Add((field, Varint(), default)); break;
                case 1: fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[at..]), default)); at += 8; break;
                case 2: int length = (int)Varint(); fields.Add((field, 0, bytes.Slice(at, length))); at += length; break;
                case 5: fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[at..]), default)); at += 4; break;
                default: Assert.Fail($"wire type {key & 7}"); break;
            }
        }
        return fields;

        ulong Varint()
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte next = bytes.Span[at++];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80) return value;
            }
        }
    }
}
