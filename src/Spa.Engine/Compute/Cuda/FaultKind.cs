namespace Spa.Engine.Compute.Cuda;

/// <summary>What a kernel can refuse; the numbers of <c>native/kernels/common/fault.cuh</c>.</summary>
internal enum FaultKind : uint
{
    None,

    /// <summary>A token id outside the vocabulary.</summary>
    TokenId,

    /// <summary>A row index outside the rows.</summary>
    Index,

    /// <summary>A position outside the rotary table.</summary>
    Position,
}
