namespace Spa.Engine.Compute;

/// <summary>What the loss makes of a pair that is flagged as noisy; values are part of the CUDA kernels (reward.cu).</summary>
public enum FlagEffect
{
    /// <summary>Its label is taken as flipped with probability alpha (docs/algorithm.md section 2).</summary>
    Smooth,

    /// <summary>It is judged again: the label follows the sign of the extrapolated margin M, so it is turned round where M is below 0.</summary>
    Flip,

    /// <summary>It has no loss. The mean is still over all pairs of the micro-batch.</summary>
    Drop,
}
