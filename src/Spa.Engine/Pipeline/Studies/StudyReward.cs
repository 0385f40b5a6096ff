using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Data;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>The reward model that judges in an arm: trained from the SFT model on the arm's seed pairs, then used as <c>spa.judge: reward-model</c>.</summary>
internal static class StudyReward
{
    /// <summary>Settings of the loop that let it judge; its model lies in the arm's folder.</summary>
    public static IEnumerable<string> Overrides(StudyArm arm, string folder) => arm.Reward is null ? []
        : ["spa.judge=reward-model", $"spa.judging.model={JsonValue.Create(Model(folder)).ToJsonString()}"];

    /// <summary>What an arm says about it and about policy optimisation against it; null without one.</summary>
    public static string? Settings(StudyArm arm) => arm.Reward is null ? null : string.Join(' ', arm.Rloo is null ? arm.Reward : [.. arm.Reward, "rloo", .. arm.Rloo]);

    /// <summary>Trains it, or what is left of it.</summary>
    /// <param name="arm">Its settings of <c>spa reward</c> win over what the loop's configuration says.</param>
    /// <param name="loop">The arm's configuration.</param>
    /// <param name="folder">The arm's run folder.</param>
    /// <param name="context">Of the arm.</param>
    public static void Train(StudyArm arm, RunConfig loop, string folder, RunContext context)
    {
        if (arm.Reward is null) return;
        string data = loop.Spa.SeedDataset ?? throw new UsageException($"arm '{arm.Name}' has 'reward' or 'rloo' and no seed pairs to train on; give spa.seed_dataset");
        if (loop.Spa.SeedPairs is not null) data = WriteDrawn(loop, Path.Combine(Folder(folder), "pairs.jsonl"), context);
        SingleStage.Run(Configuration(arm, loop, data, folder), context, []);
    }

    /// <summary>The configuration of <c>spa reward</c> of an arm that has one.</summary>
    public static RunConfig Configuration(StudyArm arm, RunConfig loop, string data, string folder)
    {
        ConfigurationDocument document = ConfigurationFile.Parse(loop.ToYaml(), "the arm's configuration");
        string[] own = ["loss_type=bradley_terry", "eval_dataset=null", $"dataset_name={JsonValue.Create(data).ToJsonString()}", $"output_dir={JsonValue.Create(Folder(folder)).ToJsonString()}"];
        foreach (string assignment in own.Concat(arm.Reward!)) ConfigurationFile.Apply(document, assignment);
        return RunConfig.Bind(document, ConfigurationStage.Reward, out _);
    }

    // Of the pairs those that the loop's seed stage is trained on.
    private static string WriteDrawn(RunConfig loop, string path, RunContext context)
    {
        using ModelBundle sft = ModelBundle.Open(loop.Training.ModelNameOrPath!, null, context.BaseModel);
        RowWriter.WriteAll(path, new LoopData(loop, sft, context.Log).Seed.Select(pair => new JsonObject
        {
            ["prompt_ids"] = SampledRow.Array(pair.Prompt),
            ["chosen_ids"] = SampledRow.Array(pair.Chosen),
            ["rejected_ids"] = SampledRow.Array(pair.Rejected),
        }));
        return path;
    }

    private static string Folder(string arm) => Path.Combine(arm, "reward");

    private static string Model(string arm) => Path.Combine(Folder(arm), "model");
}
