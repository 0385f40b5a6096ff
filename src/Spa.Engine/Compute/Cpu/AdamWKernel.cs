using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// w = w (1 - lr decay); m += (1 - b1)(g - m); v = b2 v + (1 - b2) g^2; w -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps), with
/// g the clipped gradient. An item is a block.
/// </summary>
internal readonly unsafe struct AdamWKernel : IRangeKernel
{
    /// <summary>Elements of an item: one page of each tensor.</summary>
    public const int Block = 1024;

    private readonly Tensor _weights;
    private readonly float* _master;
    private readonly float* _gradients;
    private readonly float* _m;
    private readonly float* _v;
    private readonly float _clip;
    private readonly float _keep;
    private readonly float _mRate;
    private readonly float _vKeep;
    private readonly float _vRate;
    private readonly float _rootCorrection;
    private readonly float _epsilon;
    private readonly float _stepSize;

    public AdamWKernel(Tensor weights, Tensor master, Tensor gradients, Tensor m, Tensor v, float clip, in AdamWStep step)
    {
        _weights = weights;
        _master = master.Floats();
        _gradients = gradients.Floats();
        _m = m.Floats();
        _v = v.Floats();
        _clip = clip;
        _keep = (float)(1 - step.LearningRate * step.WeightDecay);
        _mRate = (float)(1 - step.Beta1);
        (_vKeep, _vRate) = ((float)step.Beta2, (float)(1 - step.Beta2));
        _rootCorrection = (float)Math.Sqrt(1 - Math.Pow(step.Beta2, step.Step));
        _epsilon = (float)step.Epsilon;
        _stepSize = (float)(-step.LearningRate / (1 - Math.Pow(step.Beta1, step.Step)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        long i = start * Block, last = Math.Min(_weights.Count, end * Block);
        if (_weights.Type == DType.BFloat16)
        {
            ushort* narrow = (ushort*)_weights.Address;
            for (; last - i >= 16; i += 16) TLanes.StoreBf16(At<TLanes>(i, 16), narrow + i);
            if (i < last) LaneMemory.StoreBf16(At<TLanes>(i, (int)(last - i)), narrow + i, (int)(last - i));
        }
        else
        {
            for (; last - i >= 16; i += 16) At<TLanes>(i, 16);
            if (i < last) At<TLanes>(i, (int)(last - i));
        }
    }

    /// <summary>Updates up to sixteen elements and returns the new weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes At<TLanes>(long i, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes g = LaneMemory.Load<TLanes>(_gradients + i, count) * TLanes.Broadcast(_clip);
        TLanes m = LaneMemory.Load<TLanes>(_m + i, count);
        m = TLanes.MultiplyAdd(g - m, TLanes.Broadcast(_mRate), m);
        TLanes v = TLanes.MultiplyAdd(g * TLanes.Broadcast(_vRate), g, LaneMemory.Load<TLanes>(_v + i, count) * TLanes.Broadcast(_vKeep));
        TLanes denominator = TLanes.Sqrt(v) / TLanes.Broadcast(_rootCorrection) + TLanes.Broadcast(_epsilon);
        TLanes w = LaneMemory.Load<TLanes>(_master + i, count) * TLanes.Broadcast(_keep);
        w = TLanes.MultiplyAdd(m / denominator, TLanes.Broadcast(_stepSize), w);
        LaneMemory.Store(m, _m + i, count);
        LaneMemory.Store(v, _v + i, count);
        LaneMemory.Store(w, _master + i, count);
        return w;
    }
}
