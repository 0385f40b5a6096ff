using System.Text.Json.Nodes;
using Spa.Engine.Compute;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>How a study is run.</summary>
public sealed record StudyOptions
{
    /// <summary>Made if it is missing; a study that was interrupted there goes on.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Arms at once, each with a device of its own. Results do not depend on it.</summary>
    public int Jobs { get; init; } = 1;

    /// <summary>Makes the device of a job.</summary>
    public required Func<ComputeBackend> Backend { get; init; }

    /// <summary>Storage of weights.</summary>
    public DType MatrixType { get; init; }

    /// <summary>Settings that win over those of all arms, as <c>a.b=value</c>; for <c>task: run</c>.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    /// <summary>Keep the models of all stages, not figures, samples and pairs alone.</summary>
    public bool KeepModels { get; init; }

    /// <summary>Versions and device, for the record.</summary>
    public JsonObject Environment { get; init; } = [];
}
