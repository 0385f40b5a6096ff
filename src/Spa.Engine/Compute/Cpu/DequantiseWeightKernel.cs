using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>Values of codes, every product and sum rounded by itself. An item is a row.</summary>
internal readonly unsafe struct DequantiseWeightKernel(Tensor output, QuantisedWeight weight, long firstRow) : IRangeKernel
{
    private const float Int8Unit = 1 / 127f;

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int columns = weight.Columns;
        float* values = stackalloc float[QuantisedWeight.Block];
        for (long row = start; row < end; row++)
        {
            long first = (firstRow + row) * columns;
            // Up to the end of the block that the row begins in, then block by block.
            for (int column = 0; column < columns;)
            {
                long element = first + column;
                int count = Math.Min(columns - column, QuantisedWeight.Block - (int)(element % QuantisedWeight.Block));
                float* to = output.Type == DType.Float32 ? output.Row(row) + column : values;
                if (weight.Is4Bit) Decode4Bit(to, element, count);
                else DecodeInt8(to, element, firstRow + row, count);
                if (output.Type != DType.Float32) Bf16.Narrow(new ReadOnlySpan<float>(values, count), new Span<ushort>((ushort*)output.Address + row * output.Stride + column, count));
                column += count;
            }
        }
    }

    private void Decode4Bit(float* to, long element, int count)
    {
        float* tables = (float*)weight.Tables;
        byte* codes = (byte*)weight.CodesAt + element / 2;
        float scale = Scale(tables + 16, element / QuantisedWeight.Block);
        int i = 0;
        if (element % 2 != 0) to[i++] = tables[*codes++ & 15] * scale;
        for (; i + 1 < count; i += 2, codes++)
        {
            int pair = *codes;
            to[i] = tables[pair >> 4] * scale;
            to[i + 1] = tables[pair & 15] * scale;
        }
        if (i < count) to[i] = tables[*codes >> 4] * scale;
    }

    private void DecodeInt8(float* to, long element, long row, int count)
    {
        sbyte* codes = (sbyte*)weight.CodesAt + element;
        float scale = ((float*)weight.ScalesAt)[row];
        for (int i = 0; i < count; i++) to[i] = codes[i] * scale * Int8Unit;
    }

    private float Scale(float* map, long block)
    {
        if (!weight.IsNested) return ((float*)weight.ScalesAt)[block];
        float* nested = (float*)weight.NestedAt;
        float product = map[((byte*)weight.ScalesAt)[block]] * nested[block / QuantisedWeight.NestedBlock];
        return product + nested[weight.NestedScales];
    }
}
