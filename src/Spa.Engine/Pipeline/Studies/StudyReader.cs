using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Spa.Engine.Configuration;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>Study files: YAML, every key known, every name defined.</summary>
internal static partial class StudyReader
{
    private const int MostSeeds = 1000, MostPrompts = 1_000_000, MostStages = 1000;

    public static Study Read(string path)
    {
        ConfigurationDocument document = ConfigurationFile.Load(path);
        var fields = new StudyFields(document.Root, path);
        string task = fields.Text("task", "demo");
        if (task is not ("demo" or "run")) throw fields.Error($"'task' must be demo, the demo's task with its gold score, or run, any configuration of spa run; found '{task}'");
        string? start = fields.OptionalText("base");
        if (task == "run" == start is null) throw fields.Error("'base' names the configuration that 'task: run' starts from; give both or neither");
        var study = new Study
        {
            Title = fields.Text("title"),
            Base = start is null ? null : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, start),
            Experiments = [.. fields.List("experiments").Select((node, i) => Experiment(node, $"{path}: experiment {i + 1}", task == "demo"))],
        };
        if (study.Experiments.Count == 0) throw fields.Error("'experiments' is missing: a list of {name, title, seeds, arms}");
        RequireDistinct(study.Experiments.Select(e => e.Name), "experiment", path);
        study = study with { Claims = [.. fields.List("claims").Select((node, i) => Claim(node, $"{path}: claim {i + 1}", study))] };
        fields.Finish();
        return study;
    }

    private static StudyExperiment Experiment(JsonNode? node, string where, bool demo)
    {
        var fields = new StudyFields(node, where);
        StudyFields seeds = fields.Inner("seeds"), data = fields.Inner("data");
        int first = seeds.Whole("first", 1, 0, int.MaxValue), count = seeds.Whole("count", 1, 1, MostSeeds);
        seeds.Finish();
        if (!demo && fields.Has("data")) throw fields.Error("'data' is of the demo's task; with 'task: run' the base configuration names the data");
        StudyArm[] arms = [.. fields.List("arms").Select((arm, i) => Arm(arm, $"{where}: arm {i + 1}"))];
        if (arms.Length == 0) throw fields.Error("'arms' is missing: a list of {name, title, set}");
        RequireDistinct(arms.Select(a => a.Name), "arm", where);
        foreach (string name in arms.SelectMany(a => a.BestOf)) RequireArm(arms, name, runs: true, where);
        var experiment = new StudyExperiment
        {
            Name = Name(fields),
            Title = fields.Text("title"),
            Note = fields.Text("note", ""),
            Seeds = [.. Enumerable.Range(0, count).Select(i => (uint)(first + i))],
            Data = Data(data),
            Overrides = fields.Settings("set"),
            Arms = arms,
            Differences = [.. fields.List("compare").Select(pair => Difference(pair, arms, where))],
        };
        data.Finish();
        fields.Finish();
        return experiment;
    }

    private static StudyData Data(StudyFields data)
    {
        StudyData usual = new();
        IReadOnlyList<JsonNode?> prompts = data.List("prompts");
        return new StudyData
        {
            SeedPairs = data.Whole("seed_pairs", usual.SeedPairs, 1, MostPrompts),
            LabelNoise = data.Number("label_noise", usual.LabelNoise, 0, 1),
            Narrow = data.Flag("narrow"),
            Prompts = prompts.Count == 0 ? usual.Prompts : [.. prompts.Select(n => n is JsonValue value && value.TryGetValue(out int count) && count > 0 ? count
                : throw data.Error($"'prompts' must be whole numbers above 0; found {n?.ToJsonString() ?? "null"}"))],
            HeldOut = data.Whole("held_out", usual.HeldOut, 2, MostPrompts),
        };
    }

    private static StudyArm Arm(JsonNode? node, string where)
    {
        var fields = new StudyFields(node, where);
        string name = Name(fields);
        // A policy is optimised against a reward model, with or without settings for it.
        IReadOnlyList<string>? rloo = fields.Has("rloo") ? fields.Settings("rloo") : null, reward = rloo is not null || fields.Has("reward") ? fields.Settings("reward") : null;
        var arm = new StudyArm(name, fields.Text("title", name), fields.Settings("set"), reward, rloo, fields.Flag("control"), fields.Flag("stages"), fields.Texts("best_of"));
        if (arm.BestOf.Count > 0 && (arm.Overrides.Count > 0 || arm.Reward is not null))
            throw fields.Error("'best_of' takes the best of other arms and runs nothing, so 'set', 'reward' and 'rloo' have no effect; remove them");
        fields.Finish();
        return arm;
    }

    private static StudyClaim Claim(JsonNode? node, string where, Study study)
    {
        var fields = new StudyFields(node, where);
        (string text, string source, string? untested) = (fields.Text("claim"), fields.Text("source", ""), fields.OptionalText("untested"));
        StudyMetric metric = StudyMetric.Find(fields.Text("metric", "gold"));
        string name = fields.Text("experiment", untested is null ? null : "");
        IReadOnlyList<JsonNode?> pairs = fields.List("differences");
        fields.Finish();
        if (untested is not null) return new StudyClaim(text, source, "", metric, [], untested);
        StudyExperiment experiment = study.Experiments.FirstOrDefault(e => e.Name == name)
            ?? throw fields.Error($"there is no experiment '{name}'{Spelling.Hint(name, study.Experiments.Select(e => e.Name))}");
        if (pairs.Count == 0) throw fields.Error("'differences' is missing: a list of [a, b], each of which must be above 0, or 'untested' with the reason");
        return new StudyClaim(text, source, name, metric, [.. pairs.Select(pair => Difference(pair, experiment.Arms, where))], null);
    }

    private static StudyDifference Difference(JsonNode? pair, IReadOnlyList<StudyArm> arms, string where) => pair is JsonArray { Count: 2 } two
        ? new StudyDifference(Point(two[0], arms, where), Point(two[1], arms, where))
        : throw new UsageException($"{where}: a difference is [a, b]; found {pair?.ToJsonString() ?? "null"}");

    private static StudyPoint Point(JsonNode? node, IReadOnlyList<StudyArm> arms, string where)
    {
        string text = node?.ToString() ?? "";
        if (!PointText().IsMatch(text)) throw new UsageException($"{where}: a model is an arm or arm@stage, such as spa@0; found '{text}'");
        StudyPoint point = StudyPoint.Parse(text);
        if (point.Stage is < -1 or > MostStages) throw new UsageException($"{where}: '{text}': a stage is -1, the SFT model, 0, the seed stage, or an iteration");
        RequireArm(arms, point.Arm, runs: point.Stage is not null, where);
        return point;
    }

    private static void RequireArm(IReadOnlyList<StudyArm> arms, string name, bool runs, string where)
    {
        if (!arms.Any(a => a.Name == name && (!runs || a.BestOf.Count == 0)))
            throw new UsageException($"{where}: there is no arm '{name}'{(runs ? " that runs" : "")}{Spelling.Hint(name, arms.Select(a => a.Name).Where(n => n != name))}");
    }

    private static void RequireDistinct(IEnumerable<string> names, string what, string where)
    {
        if (names.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new UsageException($"{where}: two {what}s are called '{twice.Key}'");
    }

    // Names are folders.
    private static string Name(StudyFields fields) => fields.Text("name") is var name && NameText().IsMatch(name) ? name
        : throw fields.Error($"'name' must be small letters, digits, dots and dashes; found '{name}'");

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.-]{0,40}\z")]
    private static partial Regex NameText();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.-]{0,40}(@-?\d{1,4})?\z")]
    private static partial Regex PointText();
}
