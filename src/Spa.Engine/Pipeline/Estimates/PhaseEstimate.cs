namespace Spa.Engine.Pipeline.Estimates;

/// <summary>What a phase will take.</summary>
/// <param name="Name">As in run.json.</param>
/// <param name="Tokens">Tokens it works on, all epochs.</param>
/// <param name="FloatingOperations">Multiplications and additions, without attention.</param>
/// <param name="MemoryBytes">Weights, optimiser, activations and caches that exist at once.</param>
public sealed record PhaseEstimate(string Name, long Tokens, double FloatingOperations, long MemoryBytes)
{
    /// <summary>Seconds at a rate of products that this machine reaches.</summary>
    /// <param name="gigaflops">Rate of a large matrix product.</param>
    /// <param name="share">How much of it a phase gets; the rest goes to attention, norms and memory.</param>
    public double Seconds(double gigaflops, double share) => FloatingOperations / (gigaflops * 1e9 * share);
}
