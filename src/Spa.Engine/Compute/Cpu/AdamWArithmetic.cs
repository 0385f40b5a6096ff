using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// w = w (1 - lr decay); m += (1 - b1)(g - m); v = b2 v + (1 - b2) g^2; w -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps), with
/// g the clipped gradient: the arithmetic of every AdamW kernel, however it stores its states.
/// </summary>
internal readonly struct AdamWArithmetic(in AdamWStep step, float clip)
{
    private readonly float _clip = clip;
    private readonly float _keep = (float)(1 - step.LearningRate * step.WeightDecay);
    private readonly float _mRate = (float)(1 - step.Beta1);
    private readonly float _vKeep = (float)step.Beta2;
    private readonly float _vRate = (float)(1 - step.Beta2);
    private readonly float _rootCorrection = (float)Math.Sqrt(1 - Math.Pow(step.Beta2, step.Step));
    private readonly float _epsilon = (float)step.Epsilon;
    private readonly float _stepSize = (float)(-step.LearningRate / (1 - Math.Pow(step.Beta1, step.Step)));

    /// <summary>Replaces weights and moments of sixteen elements; <paramref name="gradient"/> is not clipped yet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<TLanes>(TLanes gradient, ref TLanes w, ref TLanes m, ref TLanes v) where TLanes : struct, ILanes<TLanes>
    {
        TLanes g = gradient * TLanes.Broadcast(_clip);
        m = TLanes.MultiplyAdd(g - m, TLanes.Broadcast(_mRate), m);
        v = TLanes.MultiplyAdd(g * TLanes.Broadcast(_vRate), g, v * TLanes.Broadcast(_vKeep));
        TLanes denominator = TLanes.Sqrt(v) / TLanes.Broadcast(_rootCorrection) + TLanes.Broadcast(_epsilon);
        w = TLanes.MultiplyAdd(m / denominator, TLanes.Broadcast(_stepSize), w * TLanes.Broadcast(_keep));
    }
}
