namespace Spa.Engine.Pipeline.Studies;

/// <summary>Arms that are compared with each other on the same seeds and data.</summary>
public sealed record StudyExperiment
{
    /// <summary>Short; also its folder.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public required string Title { get; init; }

    /// <summary>What is asked and how, a sentence or two.</summary>
    public string Note { get; init; } = "";

    /// <summary>Data and everything else that is random.</summary>
    public required IReadOnlyList<uint> Seeds { get; init; }

    /// <summary>Of the demo's task.</summary>
    public StudyData Data { get; init; } = new();

    /// <summary>Settings of all arms.</summary>
    public IReadOnlyList<string> Overrides { get; init; } = [];

    public required IReadOnlyList<StudyArm> Arms { get; init; }

    /// <summary>Differences that its table shows.</summary>
    public IReadOnlyList<StudyDifference> Differences { get; init; } = [];

    /// <summary>Arms that are run, in order.</summary>
    public IEnumerable<StudyArm> Runs => Arms.Where(arm => arm.BestOf.Count == 0);

    /// <summary>An arm by name.</summary>
    public StudyArm Arm(string name) => Arms.First(arm => arm.Name == name);
}
