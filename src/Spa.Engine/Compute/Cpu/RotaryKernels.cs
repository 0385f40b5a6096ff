using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>Rotates the pairs (i, i + P) of every head. An item is a row.</summary>
internal readonly unsafe struct RotaryHalvesKernel(Tensor x, Tensor positions, Tensor table, int headDim, bool inverse) : IRangeKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int pairs = table.Columns / 2;
        TLanes sign = TLanes.Broadcast(inverse ? -1 : 1);
        for (long row = start; row < end; row++)
        {
            float* cos = table.Row(positions.Ints()[row]), sin = cos + pairs, head = x.Row(row);
            for (float* last = head + x.Columns; head < last; head += headDim)
            {
                int i = 0;
                for (; pairs - i >= 16; i += 16) At(head + i, cos + i, sin + i, sign, pairs, 16);
                if (i < pairs) At(head + i, cos + i, sin + i, sign, pairs, pairs - i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void At<TLanes>(float* head, float* cos, float* sin, TLanes sign, int pairs, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes c = LaneMemory.Load<TLanes>(cos, count), s = LaneMemory.Load<TLanes>(sin, count) * sign;
        TLanes a = LaneMemory.Load<TLanes>(head, count), b = LaneMemory.Load<TLanes>(head + pairs, count);
        LaneMemory.Store(a * c - b * s, head, count);
        LaneMemory.Store(TLanes.MultiplyAdd(a, s, b * c), head + pairs, count);
    }
}

/// <summary>Rotates the pairs (2i, 2i + 1) of every head, one by one: no model family that is trained or scored in volume lays its heads out so. An item is a row.</summary>
internal readonly unsafe struct RotaryInterleavedKernel(Tensor x, Tensor positions, Tensor table, int headDim, bool inverse) : IRangeKernel
{
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int pairs = table.Columns / 2;
        for (long row = start; row < end; row++)
        {
            float* cos = table.Row(positions.Ints()[row]), sin = cos + pairs, head = x.Row(row);
            for (float* last = head + x.Columns; head < last; head += headDim)
            {
                for (int i = 0; i < pairs; i++)
                {
                    float c = cos[i], s = inverse ? -sin[i] : sin[i], a = head[2 * i], b = head[2 * i + 1];
                    head[2 * i] = a * c - b * s;
                    head[2 * i + 1] = MathF.FusedMultiplyAdd(a, s, b * c);
                }
            }
        }
    }
}
