using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>What <c>spa demo</c> is asked for.</summary>
public sealed record DemoOptions
{
    /// <summary>The run folder; made if it is missing.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Also the loop with a random judge, and DPO on the seed pairs for as many updates as the loop has.</summary>
    public bool Controls { get; init; } = true;

    /// <summary>Seed of everything but the held-out prompts and the evaluation.</summary>
    public uint Seed { get; init; } = 42;

    /// <summary>Versions and device, for the record.</summary>
    public JsonObject Environment { get; init; } = [];

    /// <summary>Labelled pairs.</summary>
    internal int SeedPairs { get; init; } = 60;

    /// <summary>Probability that the label of a pair is flipped.</summary>
    internal double LabelNoise { get; init; } = 0.10;

    /// <summary>Labelled pairs are about colours alone, and nothing else is: the seed is narrower than the prompts that follow.</summary>
    internal bool Narrow { get; init; }

    /// <summary>Prompts of each iteration.</summary>
    internal IReadOnlyList<int> Prompts { get; init; } = [200, 300, 400];

    /// <summary>Prompts that are only evaluated on.</summary>
    internal int HeldOut { get; init; } = 250;

    /// <summary>Settings that win over recipes/demo/spa.yaml, as <c>a.b=value</c>.</summary>
    internal IReadOnlyList<string> Overrides { get; init; } = [];
}
