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

    /// <summary>A label outside the vocabulary.</summary>
    Label,

    /// <summary>A row of logits without a distribution; the value is 1 where its log-sum-exp is NaN, 0 where no logit is finite.</summary>
    Logits,
}
