using System.Buffers.Binary;

namespace Spa.Engine.Data;

/// <summary>
/// A Parquet file's footer, walked before the library reads it. The library trusts the types and never notices the end of the footer: a damaged one sends it
/// into a loop without end.
/// </summary>
internal static class ParquetFooter
{
    private const int MaxBytes = 256 << 20;
    private const int TailBytes = 8;

    /// <summary>The column chunks of all row groups. Leaves the stream at its beginning.</summary>
    /// <exception cref="InvalidDataException">The footer is damaged, encrypted or of an unknown make; says how.</exception>
    public static List<ParquetChunk> Check(Stream file)
    {
        Span<byte> tail = stackalloc byte[TailBytes];
        if (file.Length < TailBytes + 4) throw new InvalidDataException("it is too short");
        file.Position = file.Length - TailBytes;
        file.ReadExactly(tail);
        if (!tail[4..].SequenceEqual("PAR1"u8)) throw new InvalidDataException("it does not end with PAR1; it was cut, or is encrypted");
        int length = BinaryPrimitives.ReadInt32LittleEndian(tail);
        if (length <= 0 || length > Math.Min(MaxBytes, file.Length - TailBytes - 4)) throw new InvalidDataException($"its footer claims {length} bytes");
        byte[] footer = new byte[length];
        file.Position = file.Length - TailBytes - length;
        file.ReadExactly(footer);
        file.Position = 0;
        List<ParquetChunk> chunks = [];
        new ThriftWalker(footer, "its footer", (name, integers) =>
        {
            if (name == "Column") chunks.Add(new ParquetChunk(integers[4] ?? -1, integers[5] ?? -1, integers[9] ?? -1, integers[11]));
        }).Struct("File");
        return chunks;
    }
}
