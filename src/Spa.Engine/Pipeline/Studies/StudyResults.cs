using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>All figures of a study, by experiment, arm and seed.</summary>
public sealed class StudyResults(Study study)
{
    private readonly Dictionary<(string Experiment, string Arm, uint Seed), ArmResult> _arms = [];

    public Study Study => study;

    /// <summary>Adds the result of a run; may be called by several threads.</summary>
    public void Add(string experiment, string arm, uint seed, ArmResult result)
    {
        lock (_arms) _arms[(experiment, arm, seed)] = result;
    }

    /// <summary>
    /// A metric of a model for each seed, in their order. An arm that is the best of others is the one with the highest gold at that seed; where a task has no gold,
    /// the one that orders most held-out pairs right.
    /// </summary>
    public double[] Values(StudyExperiment experiment, StudyPoint point, StudyMetric metric) =>
        [.. experiment.Seeds.Select(seed => Run(experiment, point.Arm, seed).Value(point.Stage, metric.Name))];

    /// <summary>a - b for each seed.</summary>
    public double[] Differences(StudyExperiment experiment, StudyDifference difference, StudyMetric metric) =>
        [.. Values(experiment, difference.A, metric).Zip(Values(experiment, difference.B, metric), (a, b) => a - b)];

    /// <summary>The last stage of an arm.</summary>
    public int LastStage(StudyExperiment experiment, StudyArm arm) => Run(experiment, arm.Name, experiment.Seeds[0]).Last;

    /// <summary>Metrics that an experiment has.</summary>
    public IEnumerable<StudyMetric> Metrics(StudyExperiment experiment) =>
        StudyMetric.All.Where(metric => experiment.Runs.Any(arm => Values(experiment, new StudyPoint(arm.Name, null), metric).Any(double.IsFinite)));

    /// <summary>Seconds that all runs took, what others did for them left out.</summary>
    public double Seconds => study.Experiments.Sum(e => e.Runs.Sum(arm => e.Seeds.Sum(seed => Run(e, arm.Name, seed).Seconds)));

    /// <summary>Verdict on a claim.</summary>
    public Verdict Judge(StudyClaim claim)
    {
        if (claim.Untested is not null) return Verdict.NotDecidable;
        StudyExperiment experiment = study.Experiments.First(e => e.Name == claim.Experiment);
        return VerdictRule.All([.. claim.Differences.Select(d => VerdictRule.Of(Differences(experiment, d, claim.Metric), claim.Metric.Relevant))]);
    }

    /// <summary>Everything, for programs.</summary>
    public JsonObject ToJson() => new()
    {
        ["title"] = study.Title,
        ["experiments"] = Map(study.Experiments, e => e.Name, e => Map(e.Runs, arm => arm.Name, arm => Map(e.Seeds, seed => $"{seed}", seed => Run(e, arm.Name, seed).ToJson()))),
        ["claims"] = new JsonArray([.. study.Claims.Select(c => new JsonObject { ["claim"] = c.Text, ["verdict"] = VerdictRule.Text(Judge(c)) })]),
    };

    private static JsonObject Map<T>(IEnumerable<T> items, Func<T, string> key, Func<T, JsonObject> value) =>
        new(items.Select(item => KeyValuePair.Create(key(item), (JsonNode?)value(item))));

    private ArmResult Run(StudyExperiment experiment, string name, uint seed)
    {
        StudyArm arm = experiment.Arm(name);
        if (arm.BestOf.Count > 0) return arm.BestOf.Select(inner => Run(experiment, inner, seed)).MaxBy(Quality)!;
        lock (_arms) return _arms[(experiment.Name, name, seed)];
    }

    private static double Quality(ArmResult result) => result.Value(null, "gold") is var gold && double.IsFinite(gold) ? gold : result.Value(null, "accuracy");
}
