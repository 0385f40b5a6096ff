using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// An op's arithmetic over a range of independent items (rows, groups of sixteen columns, fixed blocks), written once for every vector
/// width. An item's result must not depend on the range it is computed in.
/// </summary>
internal interface IRangeKernel
{
    /// <summary>Computes items [start, end).</summary>
    void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>;
}
