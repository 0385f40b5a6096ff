using Spa.Engine.Configuration;
using Spa.Engine.Preference;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>The judge of a run, from its configuration.</summary>
internal static class JudgeConfiguration
{
    /// <exception cref="UsageException">The judge misses something: names the key.</exception>
    public static JudgeSettings Settings(RunConfig config, RunFolder folder)
    {
        JudgingConfig judging = config.Spa.Judging;
        var settings = new JudgeSettings
        {
            Kind = JudgeSettings.ParseKind(config.Spa.Judge),
            Pairs = PairSelections.Parse(judging.Pairs),
            Model = config.Training.RewardModelNameOrPath ?? judging.Model,
            Prompt = judging.Prompt,
            Verdicts = [.. judging.Verdicts],
            Labels = judging.Labels,
            Program = judging.Program ?? (IReadOnlyList<string>)[],
            ProgramTimeout = TimeSpan.FromSeconds(judging.Timeout),
            Rule = judging.Rule,
            Filter = PairDecisions.Filter(config.Spa.Filter),
            Adjustment = new RewardAdjustment(Length(judging.Length), judging.LengthPenalty),
            Seed = config.Training.Seed,
        };
        if (settings.Kind == JudgeKind.Endpoint) settings = settings with { Endpoint = Endpoint(judging, folder) };
        try
        {
            settings.Validate();
        }
        catch (UsageException error)
        {
            throw new UsageException($"spa.judging: {error.Message}");
        }

        return settings;
    }

    /// <summary>The oracle that the configuration names, to compare the judge with; null without one.</summary>
    /// <exception cref="UsageException">It names several.</exception>
    public static JudgeSettings? Gold(RunConfig config, RunFolder folder) => config.Spa.Judging is { Labels: null, Program: null, Rule: null } ? null
        : Settings(config with { Spa = config.Spa with { Judge = JudgeSettings.Names[(int)JudgeKind.Gold] } }, folder) with { Adjustment = RewardAdjustment.None };

    private static LengthRule Length(string name) => name switch
    {
        "normalize" => LengthRule.Normalize,
        "penalty" => LengthRule.Penalty,
        _ => LengthRule.None,
    };

    private static EndpointSettings Endpoint(JudgingConfig judging, RunFolder folder) => new()
    {
        Url = judging.Url ?? throw new UsageException("'spa.judging.url' is missing: the address of the judge, such as http://localhost:8000/v1"),
        Model = judging.Model ?? throw new UsageException("'spa.judging.model' is missing: the name of the judge's model at spa.judging.url"),
        ApiKeyVariable = judging.ApiKeyEnv,
        RequestsPerMinute = judging.RequestsPerMinute,
        Concurrency = judging.Concurrency,
        Timeout = TimeSpan.FromSeconds(judging.Timeout),
        Retries = judging.Retries,
        CacheFolder = judging.Cache ?? Path.Combine(folder.Path, "judge-cache"),
        PromptPrice = judging.PromptPrice,
        CompletionPrice = judging.CompletionPrice,
    };
}
