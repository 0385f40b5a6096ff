namespace Spa.Engine.Configuration;

/// <summary>The whole configuration of a command, checked: what <c>spa sft</c>, <c>dpo</c>, <c>reward</c> and <c>run</c> start from.</summary>
public sealed record RunConfig
{
    private RunConfig() { }

    public ConfigurationStage Stage { get; private init; }

    public required TrainingConfig Training { get; init; }

    public required SpaConfig Spa { get; init; }

    /// <summary>Reads a file, applies the <c>--set</c> overrides in their order, and binds the result.</summary>
    /// <param name="path">YAML or JSON.</param>
    /// <param name="stage">The command; decides some defaults and what is required.</param>
    /// <param name="overrides">Texts of the form <c>a.b=value</c>.</param>
    /// <param name="notices">One line for each key that has no effect here.</param>
    /// <exception cref="UsageException">An unknown key, a wrong or missing value: one line with its place.</exception>
    public static RunConfig Load(string path, ConfigurationStage stage, IEnumerable<string> overrides, out IReadOnlyList<string> notices)
    {
        ConfigurationDocument document = ConfigurationFile.Load(path);
        foreach (string assignment in overrides) ConfigurationFile.Apply(document, assignment);
        return Bind(document, stage, out notices);
    }

    /// <summary>The same from a document.</summary>
    /// <exception cref="UsageException">An unknown key, a wrong or missing value: one line with its place.</exception>
    public static RunConfig Bind(ConfigurationDocument document, ConfigurationStage stage, out IReadOnlyList<string> notices)
    {
        List<string> lines = [];
        Dictionary<string, object?> values = ConfigurationBinder.Bind(document, stage, lines);
        SchedulerConfig scheduler = ConfigurationRecords.Fill(new SchedulerConfig(), "lr_scheduler_kwargs", values);
        SamplingConfig sampling = ConfigurationRecords.Fill(new SamplingConfig(), "spa.sampling", values);
        JudgingConfig judging = ConfigurationRecords.Fill(new JudgingConfig(), "spa.judging", values);
        RunConfig config = new()
        {
            Stage = stage,
            Training = ConfigurationRecords.Fill(new TrainingConfig { LrSchedulerKwargs = scheduler }, "", values),
            Spa = ConfigurationRecords.Fill(new SpaConfig { Sampling = sampling, Judging = judging }, "spa", values),
        };
        ConfigurationChecks.Run(config, document, lines);
        notices = lines;
        return config;
    }

    /// <summary>The effective configuration, every key in the table's order; loading it gives an equal configuration.</summary>
    public string ToYaml() => ConfigurationYaml.Write(
        ConfigurationRecords.Read(Training, ""),
        ("lr_scheduler_kwargs", ConfigurationRecords.Read(Training.LrSchedulerKwargs, "lr_scheduler_kwargs")),
        ("spa", ConfigurationRecords.Read(Spa, "spa")),
        ("spa.sampling", ConfigurationRecords.Read(Spa.Sampling, "spa.sampling")),
        ("spa.judging", ConfigurationRecords.Read(Spa.Judging, "spa.judging")));
}
