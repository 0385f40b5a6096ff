using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>An activation and its derivative, on lanes.</summary>
internal interface IActivation
{
    static abstract TLanes Value<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>;

    /// <summary>act(x), with the same bits as <see cref="Value"/>, and act'(x).</summary>
    static abstract TLanes ValueAndSlope<TLanes>(TLanes x, out TLanes slope) where TLanes : struct, ILanes<TLanes>;
}
