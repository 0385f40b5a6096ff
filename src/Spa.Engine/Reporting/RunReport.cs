namespace Spa.Engine.Reporting;

/// <summary>
/// Everything the report of a run shows, as plain data. A part without data has no section. All strings may come from anywhere: the
/// writer escapes them.
/// </summary>
public sealed record RunReport
{
    /// <summary>What kind of page it is, above the title.</summary>
    public string Kind { get; init; } = "Spa run report";

    /// <summary>Name of the run.</summary>
    public required string Title { get; init; }

    /// <summary>One sentence below the title: model, data, outcome.</summary>
    public string Subtitle { get; init; } = "";

    /// <summary>When the run ended; null leaves it out. The writer looks at no clock, so equal reports are equal bytes.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>The few figures to see first.</summary>
    public IReadOnlyList<SummaryFigure> Summary { get; init; } = [];

    /// <summary>What the reader must know before trusting the figures: a switched-off control, many cut responses.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Remarks on how the figures came about.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Display names of stages by their folder names, in order; a stage without one shows its folder name.</summary>
    public IReadOnlyList<ReportStage> StageNames { get; init; } = [];

    /// <summary>One row per stage (and per control), metrics with intervals.</summary>
    public ReportTable? Stages { get; init; }

    /// <summary>The run's <c>metrics.jsonl</c>.</summary>
    public IReadOnlyList<MetricsEntry> Metrics { get; init; } = [];

    /// <summary>One audit per iteration, in order.</summary>
    public IReadOnlyList<IterationAudit> Iterations { get; init; } = [];

    /// <summary>How often the implicit reward agrees with held-out labels, by stage and length bucket.</summary>
    public IReadOnlyList<RewardAccuracy> RewardAccuracies { get; init; } = [];

    /// <summary>Further tables, each a section of its own.</summary>
    public IReadOnlyList<ReportTable> Tables { get; init; } = [];

    /// <summary>The same prompts answered at several points of the run.</summary>
    public IReadOnlyList<SamplePrompt> Samples { get; init; } = [];

    /// <summary>Where the time went, in order.</summary>
    public IReadOnlyList<PhaseTiming> Timings { get; init; } = [];

    /// <summary>The effective configuration, YAML.</summary>
    public string Configuration { get; init; } = "";

    /// <summary>Versions, device, seeds: name and value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>The display name of a stage.</summary>
    internal string NameOf(string stage) =>
        StageNames.FirstOrDefault(named => named.Id == stage)?.Name ?? (stage.Length > 0 ? stage : "training");
}
