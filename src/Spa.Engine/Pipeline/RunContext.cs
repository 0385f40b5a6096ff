using Spa.Engine.Compute;

namespace Spa.Engine.Pipeline;

/// <summary>What every phase needs besides its inputs.</summary>
/// <param name="Backend">Device.</param>
/// <param name="MatrixType">Storage of weights.</param>
/// <param name="Log">Notices and progress.</param>
/// <param name="Cancel">Asks for a stop at the next safe point.</param>
/// <param name="BaseModel">The base of adapters whose own path does not exist; null: none.</param>
public sealed record RunContext(ComputeBackend Backend, DType MatrixType, RunLog Log, CancellationToken Cancel, string? BaseModel = null)
{
    /// <summary>Phases that runs have in common; null: every run does its own.</summary>
    public PhaseStore? Shared { get; init; }
}
