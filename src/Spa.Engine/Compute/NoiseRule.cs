namespace Spa.Engine.Compute;

/// <summary>How <see cref="ComputeBackend.NoiseFlag"/> finds its threshold; values are part of the CUDA kernels (noise.cu).</summary>
public enum NoiseRule
{
    /// <summary>The K-quantile over the latest beta M of every pair visited, up to the update before.</summary>
    Quantile,

    /// <summary>A window of the last 50 micro-batch means (docs/algorithm.md section 6).</summary>
    Rolling,

    /// <summary>The K-quantile of the micro-batch at hand.</summary>
    Batch,
}
