namespace Spa.Engine.Pipeline.Studies;

/// <summary>The data of an experiment on the demo's task (docs/demo.md).</summary>
public sealed record StudyData
{
    /// <summary>Labelled pairs.</summary>
    public int SeedPairs { get; init; } = 60;

    /// <summary>Probability that a label is flipped.</summary>
    public double LabelNoise { get; init; } = 0.10;

    /// <summary>Labelled pairs about colours alone, everything else about the rest.</summary>
    public bool Narrow { get; init; }

    /// <summary>Prompts of each iteration.</summary>
    public IReadOnlyList<int> Prompts { get; init; } = [200, 300, 400];

    /// <summary>Prompts that are only evaluated on.</summary>
    public int HeldOut { get; init; } = 250;
}
