using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>logits = coefficient * (onehot - exp(a - lse)), times 1 - (a / cap)^2 where capped, in place. An item is a row.</summary>
internal readonly unsafe struct LogProbBackwardKernel(Tensor logits, Tensor lse, Tensor labels, Tensor coefficient, float softCap) : IRangeKernel
{
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        for (long row = start; row < end; row++)
        {
            float* a = logits.Row(row);
            float scale = coefficient.Floats()[row];
            if (scale == 0)
            {
                new Span<float>(a, logits.Columns).Clear();
                continue;
            }
            int label = labels.Ints()[row];
            float ratio = softCap == 0 ? 0 : a[label] / softCap;
            Row<TLanes>(a, -scale, lse.Floats()[row]);
            a[label] += scale * (1 - ratio * ratio);
        }
    }

    /// <summary>a = scale * exp(a - lse), times the cap's slope.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private void Row<TLanes>(float* a, float scale, float lse) where TLanes : struct, ILanes<TLanes>
    {
        TLanes s = TLanes.Broadcast(scale), l = TLanes.Broadcast(lse);
        int n = logits.Columns, i = 0;
        for (; n - i >= 16; i += 16) At(a + i, s, l, 16);
        if (i < n) At(a + i, s, l, n - i);
    }

    // x - lse may be a little above 0, lse being rounded; that is within the range of the exponential.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void At<TLanes>(float* a, TLanes scale, TLanes lse, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes x = LaneMemory.Load<TLanes>(a, count), value = LaneMath.ExpNotPositive(x - lse) * scale;
        if (softCap != 0)
        {
            TLanes ratio = x / TLanes.Broadcast(softCap);
            value *= TLanes.Broadcast(1) - ratio * ratio;
        }
        LaneMemory.Store(value, a, count);
    }
}
