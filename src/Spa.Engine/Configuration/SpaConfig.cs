namespace Spa.Engine.Configuration;

/// <summary>
/// The refinement loss and the loop, from the section <c>spa:</c>. Every property is the key of the same name in
/// <see cref="ConfigurationKeys"/>, which gives meaning, default, range and source.
/// </summary>
public sealed record SpaConfig
{
    internal SpaConfig() { }

    public ValueList<double> LabelSmoothing { get; init; } = new([]);

    public ValueList<double> NoiseQuantile { get; init; } = new([]);

    public ValueList<double> Extrapolation { get; init; } = new([]);

    public string Threshold { get; init; } = "";

    public double RefineWarmupRatio { get; init; }

    public string Flag { get; init; } = "";

    public int ReferenceRefresh { get; init; }

    public string? SeedDataset { get; init; }

    /// <summary>How many of the seed pairs are used; null: all.</summary>
    public int? SeedPairs { get; init; }

    public double SeedNumTrainEpochs { get; init; }

    /// <summary>Learning rate of the seed stage; null: that of the later stages.</summary>
    public double? SeedLearningRate { get; init; }

    public ValueList<string>? Prompts { get; init; }

    public ValueList<int>? PromptsPerIteration { get; init; }

    public int SamplesPerPrompt { get; init; }

    public SamplingConfig Sampling { get; init; } = new();

    public string Judge { get; init; } = "";

    public string JudgeReference { get; init; } = "";

    public JudgingConfig Judging { get; init; } = new();

    public ValueList<string> Filter { get; init; } = new([]);

    public int Iterations { get; init; }

    public ValueList<string>? Controls { get; init; }

    /// <summary>Alpha of iteration <paramref name="iteration"/>, counted from 1; one written number is for all.</summary>
    public double LabelSmoothingOf(int iteration) => Of(LabelSmoothing, iteration);

    /// <summary>K of iteration <paramref name="iteration"/>, likewise.</summary>
    public double NoiseQuantileOf(int iteration) => Of(NoiseQuantile, iteration);

    /// <summary>Lambda of iteration <paramref name="iteration"/>, likewise.</summary>
    public double ExtrapolationOf(int iteration) => Of(Extrapolation, iteration);

    /// <summary>
    /// The prompts of iteration <paramref name="iteration"/>, counted from 1: their file, how many of its prompts earlier iterations took,
    /// and how many this one takes at most (null for all that are left).
    /// </summary>
    public (string File, long Skip, int? Take) PromptsOf(int iteration)
    {
        if (Prompts is null) throw new UsageException("'spa.prompts' is missing: the loop needs prompts to sample from");
        int? Count(int i) => PromptsPerIteration is { } counts ? Of(counts, i) : null;
        if (Prompts.Count > 1) return (Prompts[iteration - 1], 0, Count(iteration));
        return (Prompts[0], Enumerable.Range(1, iteration - 1).Sum(i => (long)(Count(i) ?? 0)), Count(iteration));
    }

    private static T Of<T>(ValueList<T> values, int iteration) => values.Count == 1 ? values[0] : values[iteration - 1];
}
