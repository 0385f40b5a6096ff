using System.Buffers.Binary;
using Spa.Engine.Compute;

namespace Spa.Engine.Formats;

/// <summary>Stored elements to float32, large ranges on several threads. Every element depends on its own block only, so the split never shows.</summary>
internal static unsafe class ElementDecoder
{
    // About 0.1 ms of work; a multiple of every block length.
    private const int ChunkElements = 1 << 16;

    /// <summary>Bytes of <paramref name="elements"/> elements from the start of a row.</summary>
    public static long Bytes(StoredType type, long elements)
    {
        (int blockElements, int blockBytes) = type.Block();
        return elements / blockElements * blockBytes;
    }

    /// <summary>Decodes consecutive elements, whole blocks.</summary>
    public static void Decode(StoredType type, byte* source, float* destination, long count)
    {
        if (count <= 2 * ChunkElements)
        {
            DecodeChunk(type, source, destination, (int)count);
            return;
        }
        (nint from, nint to) = ((nint)source, (nint)destination);
        Parallel.For(0L, (count + ChunkElements - 1) / ChunkElements, chunk =>
        {
            long first = chunk * ChunkElements;
            DecodeChunk(type, (byte*)from + Bytes(type, first), (float*)to + first, (int)Math.Min(ChunkElements, count - first));
        });
    }

    /// <summary>Decodes rows that the file keeps in another order; <paramref name="source"/> is the tensor's first byte.</summary>
    public static void DecodeRows(StoredType type, byte* source, float* destination, InterleavedRows rows)
    {
        long rowBytes = Bytes(type, rows.Columns);
        (nint from, nint to) = ((nint)source, (nint)destination);
        long step = Math.Max(1, ChunkElements / Math.Max(1, rows.Columns));
        Parallel.For(0L, (rows.Count + step - 1) / step, chunk =>
        {
            for (long row = chunk * step; row < Math.Min(rows.Count, (chunk + 1) * step); row++)
            {
                byte* stored = (byte*)from + InterleavedRows.Stored(rows.First + row, rows.Head) * rowBytes;
                DecodeChunk(type, stored, (float*)to + row * rows.Columns, checked((int)rows.Columns));
            }
        });
    }

    /// <summary>Element <paramref name="index"/> of an integer type.</summary>
    public static long Integer(StoredType type, byte* source, long index) => type switch
    {
        StoredType.I64 => BinaryPrimitives.ReadInt64LittleEndian(new ReadOnlySpan<byte>(source + index * 8, 8)),
        StoredType.I32 => BinaryPrimitives.ReadInt32LittleEndian(new ReadOnlySpan<byte>(source + index * 4, 4)),
        StoredType.U32 => BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(source + index * 4, 4)),
        StoredType.I16 => BinaryPrimitives.ReadInt16LittleEndian(new ReadOnlySpan<byte>(source + index * 2, 2)),
        StoredType.U16 => BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(source + index * 2, 2)),
        StoredType.I8 => (sbyte)source[index],
        StoredType.U8 => source[index],
        StoredType.Bool => source[index] == 0 ? 0 : 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    private static void DecodeChunk(StoredType type, byte* source, float* destination, int count)
    {
        var target = new Span<float>(destination, count);
        switch (type)
        {
            case StoredType.F32:
                new ReadOnlySpan<byte>(source, checked(count * 4)).CopyTo(new Span<byte>(destination, count * 4));
                break;
            case StoredType.BF16:
                Bf16.Widen(new ReadOnlySpan<ushort>(source, count), target);
                break;
            case StoredType.F16:
                HalfBits.Widen((ushort*)source, destination, count);
                break;
            case StoredType.F64:
                for (int i = 0; i < count; i++) target[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(new ReadOnlySpan<byte>(source + (long)i * 8, 8));
                break;
            case StoredType.Q8_0:
                QuantisedBlocks.DecodeQ8_0(source, destination, count / QuantisedBlocks.Length);
                break;
            case StoredType.Q4_0:
                QuantisedBlocks.DecodeQ4_0(source, destination, count / QuantisedBlocks.Length);
                break;
            case StoredType.Q4_1:
                QuantisedBlocks.DecodeQ4_1(source, destination, count / QuantisedBlocks.Length);
                break;
            case StoredType.Q5_0:
                QuantisedBlocks.DecodeQ5_0(source, destination, count / QuantisedBlocks.Length);
                break;
            case StoredType.Q5_1:
                QuantisedBlocks.DecodeQ5_1(source, destination, count / QuantisedBlocks.Length);
                break;
            case StoredType.IQ4_NL:
                QuantisedBlocks.DecodeIQ4_NL(source, destination, count / QuantisedBlocks.Length);
                break;
            case StoredType.Q2_K:
                SuperBlocks.DecodeQ2_K(source, destination, count / SuperBlocks.Length);
                break;
            case StoredType.Q3_K:
                SuperBlocks.DecodeQ3_K(source, destination, count / SuperBlocks.Length);
                break;
            case StoredType.Q4_K:
                SuperBlocks.DecodeQ4_K(source, destination, count / SuperBlocks.Length);
                break;
            case StoredType.Q5_K:
                SuperBlocks.DecodeQ5_K(source, destination, count / SuperBlocks.Length);
                break;
            case StoredType.Q6_K:
                SuperBlocks.DecodeQ6_K(source, destination, count / SuperBlocks.Length);
                break;
            case StoredType.IQ4_XS:
                SuperBlocks.DecodeIQ4_XS(source, destination, count / SuperBlocks.Length);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, null);
        }
    }
}
