using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Data;
using Spa.Engine.Evaluation;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.RowFiles;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>Arms from any configuration of <c>spa run</c>: models are measured by the held-out pairs of <c>eval_dataset</c> that their implicit reward orders right, and by the length of what they sample.</summary>
internal sealed class RunStudyTask(Study study, StudyExperiment experiment, uint seed, IReadOnlyList<string> overrides, RunContext context) : IStudyTask
{
    public JsonObject Inputs(StudyArm arm)
    {
        RunConfig config = Config(arm, "");
        string[] files = [.. new[] { config.Spa.SeedDataset, config.Training.EvalDataset }.OfType<string>(), .. config.Spa.Prompts ?? (IEnumerable<string>)[]];
        return new JsonObject
        {
            ["config"] = config.ToYaml(),
            ["reward"] = StudyReward.Settings(arm),
            ["model"] = RowIdentity.OfModel(config.Training.ModelNameOrPath),
            ["data"] = new JsonArray([.. files.Select(file => (JsonNode)RowIdentity.OfRows(file))]),
            ["dtype"] = context.MatrixType.ToString(),
        };
    }

    public ArmResult Run(StudyArm arm, string folder)
    {
        RunConfig config = Config(arm, folder);
        if (arm.Rloo is not null) return RunRloo(arm, config, folder);
        StudyReward.Train(arm, config, folder, context);
        using (var run = new SpaRun(config, context, [])) run.Execute();
        var files = new RunFolder(folder);
        var stages = new Dictionary<int, IReadOnlyDictionary<string, double>>();
        foreach (int stage in StudyStages.Of(config).Prepend(-1)) stages[stage] = Measure(files, stage, config);
        return new ArmResult(stages, StudyStages.Updates(files, config), StudyStages.Seconds(folder));
    }

    public void Dispose() { }

    private RunConfig Config(StudyArm arm, string folder) =>
        study.Configuration(experiment, arm, seed, overrides, folder);

    private ArmResult RunRloo(StudyArm arm, RunConfig config, string folder)
    {
        using ModelBundle sft = ModelBundle.Open(config.Training.ModelNameOrPath!, null, context.BaseModel);
        int updates = StudyRloo.Train(arm, config, sft, folder, context);
        var values = new Dictionary<string, double>();
        IReadOnlyList<TokenizedPair> held = new LoopData(config, sft, context.Log).Evaluation;
        if (held.Count > 0)
        {
            using ModelBundle trained = ModelBundle.Open(StudyRloo.Model(folder), null, context.BaseModel);
            using Model policy = trained.Load(context.Backend, context.MatrixType), reference = sft.Load(context.Backend, context.MatrixType, policy);
            using var rows = new PartialRows(Path.Combine(folder, "evaluation.jsonl"), ContentHash.OfModel(trained));
            List<PairScore> scores = PairScores.Run(policy, reference, held, rows, context, arm.Name);
            rows.Commit();
            values["accuracy"] = PreferenceAccuracy.Compute([.. scores.Select(s => s.Evaluated(config.Training.Beta))]).First(a => a.Bucket == PreferenceAccuracy.All).Accuracy.Value;
        }
        return new ArmResult(new Dictionary<int, IReadOnlyDictionary<string, double>> { [StudyRloo.Stage] = values }, updates, StudyStages.Seconds(folder));
    }

    // The length is that of the model's own samples: those of the iteration behind its stage.
    private static Dictionary<string, double> Measure(RunFolder files, int stage, RunConfig config)
    {
        var values = new Dictionary<string, double>();
        JsonNode? all = JsonFiles.ReadObject(files.Evaluation(stage))["accuracy"]?.AsArray().FirstOrDefault(row => row!["bucket"]!.ToString() == PreferenceAccuracy.All);
        if (all is not null && stage >= 0) values["accuracy"] = all["value"]!.GetValue<double>();
        int behind = Math.Max(stage, 0) + 1;
        if (behind <= config.Spa.Iterations && (stage >= 0 || config.Spa.SeedDataset is null))
            values["length"] = JsonFiles.ReadObject(files.Audit(behind))["response_length"]!["value"]!.GetValue<double>();
        return values;
    }
}
