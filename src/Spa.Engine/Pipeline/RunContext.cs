using Spa.Engine.Compute;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline;

/// <summary>What every phase needs besides its inputs.</summary>
/// <param name="Backend">Device.</param>
/// <param name="MatrixType">Storage of weights.</param>
/// <param name="Log">Notices and progress.</param>
/// <param name="Cancel">Asks for a stop at the next safe point.</param>
/// <param name="BaseModel">The base of adapters whose own path does not exist; null: none.</param>
/// <param name="Format">How the models of the run are quantised; null: they are not.</param>
public sealed record RunContext(ComputeBackend Backend, DType MatrixType, RunLog Log, CancellationToken Cancel, string? BaseModel = null, QuantisedFormat? Format = null)
{
    /// <summary>Storage of weights in words that differ wherever results would.</summary>
    public string Storage => Format is null ? $"{MatrixType}" : $"{MatrixType} {Format}";

    /// <summary>A model of the run.</summary>
    /// <param name="bundle">Its files.</param>
    /// <param name="beside">A model that is loaded already, whose base it may share; null: none.</param>
    public Model Load(ModelBundle bundle, Model? beside = null) => bundle.Load(Backend, MatrixType, beside, Format);

    /// <summary>Phases that runs have in common; null: every run does its own.</summary>
    public PhaseStore? Shared { get; init; }
}
