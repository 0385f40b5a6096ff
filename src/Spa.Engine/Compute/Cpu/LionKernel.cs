using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>c = m + (1 - b1)(g - m); w = w (1 - lr decay) - lr sign(c); m += (1 - b2)(g - m), with g the clipped gradient. An item is a block.</summary>
internal readonly unsafe struct LionKernel(Tensor weights, Tensor master, Tensor gradients, Tensor m, float clip, LionStep step) : IRangeKernel
{
    /// <summary>Elements of an item.</summary>
    public const int Block = 1024;

    private readonly float _keep = (float)(1 - step.LearningRate * step.WeightDecay);
    private readonly float _directionRate = (float)(1 - step.Beta1);
    private readonly float _mRate = (float)(1 - step.Beta2);
    private readonly float _stepSize = (float)-step.LearningRate;

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        long i = start * Block, last = Math.Min(weights.Count, end * Block);
        for (; last - i >= 16; i += 16) At<TLanes>(i, 16);
        if (i < last) At<TLanes>(i, (int)(last - i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void At<TLanes>(long i, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes zero = TLanes.Broadcast(0), one = TLanes.Broadcast(1);
        TLanes g = LaneMemory.Load<TLanes>(gradients.Floats() + i, count) * TLanes.Broadcast(clip), old = LaneMemory.Load<TLanes>(m.Floats() + i, count);
        TLanes direction = TLanes.MultiplyAdd(g - old, TLanes.Broadcast(_directionRate), old);
        TLanes sign = TLanes.SelectLess(zero, direction, one, zero) - TLanes.SelectLess(direction, zero, one, zero);
        TLanes w = LaneMemory.Load<TLanes>(master.Floats() + i, count) * TLanes.Broadcast(_keep);
        w = TLanes.MultiplyAdd(sign, TLanes.Broadcast(_stepSize), w);
        LaneMemory.Store(TLanes.MultiplyAdd(g - old, TLanes.Broadcast(_mRate), old), m.Floats() + i, count);
        LaneMemory.Store(w, master.Floats() + i, count);
        if (weights.Type == DType.BFloat16) LaneMemory.StoreBf16(w, (ushort*)weights.Address + i, count);
    }
}
