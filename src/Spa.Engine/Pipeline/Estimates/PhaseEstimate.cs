using Spa.Interop;

namespace Spa.Engine.Pipeline.Estimates;

/// <summary>What a phase will take.</summary>
/// <param name="Name">As in run.json.</param>
/// <param name="Tokens">Tokens it works on, all epochs.</param>
/// <param name="FloatingOperations">Multiplications and additions, without attention.</param>
/// <param name="MemoryBytes">Weights, optimiser, activations and caches that exist at once.</param>
public sealed record PhaseEstimate(string Name, long Tokens, double FloatingOperations, long MemoryBytes)
{
    /// <summary>Share of a device's dense bfloat16 rate that products are assumed to reach: between a usual trainer (0.3 to 0.4) and the best published (0.6).</summary>
    public const double MatrixShare = 0.45;

    /// <summary>Share of a device's memory bandwidth that is assumed to be reached.</summary>
    public const double BandwidthShare = 0.7;

    /// <summary>Multiplications and additions of attention's scores and of what they weigh.</summary>
    public double AttentionOperations { get; init; }

    /// <summary>
    /// Bytes of device memory that are read and written however good the kernels are: weights and cache in every step of the sampler, weights and gradients in every
    /// micro-batch, the optimiser's states in every update.
    /// </summary>
    public double TrafficBytes { get; init; }

    /// <summary>Seconds at a rate of products that this machine reaches.</summary>
    /// <param name="gigaflops">Rate of a large matrix product.</param>
    /// <param name="share">How much of it a phase gets; the rest goes to attention, norms and memory.</param>
    public double Seconds(double gigaflops, double share) => FloatingOperations / (gigaflops * 1e9 * share);

    /// <summary>Seconds on a device by its published limits: products and traffic one after the other, each at its assumed share.</summary>
    public double Seconds(DeviceLimits device) => (FloatingOperations + AttentionOperations) / (device.MatrixTeraflops * 1e12 * MatrixShare)
        + TrafficBytes / (device.MemoryGigabytesPerSecond * 1e9 * BandwidthShare);
}
