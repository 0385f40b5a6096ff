using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Data;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>
/// The RLHF baseline as an arm: from the SFT model a policy is optimised against the arm's reward model (<c>spa rloo</c>) on the prompts of all iterations. There is no loop and no
/// seed stage; its policy counts as the model behind the first stage.
/// </summary>
internal static class StudyRloo
{
    /// <summary>The stage that its policy is told as.</summary>
    public const int Stage = 1;

    // TRL's recipes for RLOO have four responses to a prompt.
    private const int Responses = 4;

    /// <summary>The policy's folder.</summary>
    public static string Model(string arm) => Path.Combine(Folder(arm), "model");

    /// <summary>Trains the reward model and optimises the policy, or does what is left.</summary>
    /// <param name="arm">Its settings of <c>spa rloo</c> win over what the loop's configuration says; a batch has as many prompts as one of the loop has pairs.</param>
    /// <param name="loop">The arm's configuration; its judge is the reward model.</param>
    /// <param name="sft">The model that both start from.</param>
    /// <param name="folder">The arm's run folder.</param>
    /// <param name="context">Of the arm.</param>
    /// <returns>Updates of the policy.</returns>
    public static int Train(StudyArm arm, RunConfig loop, ModelBundle sft, string folder, RunContext context)
    {
        if (loop.Spa.Iterations == 0) throw new UsageException($"arm '{arm.Name}' has 'rloo' and no prompts, which are those of the iterations; raise spa.iterations");
        string prompts = Path.Combine(Folder(folder), "prompts.jsonl");
        RowWriter.WriteAll(prompts, new LoopData(loop, sft, context.Log).Prompts.SelectMany(iteration => iteration).Select(Row));
        StudyReward.Train(arm, loop, folder, context);
        SingleStage.Run(Configuration(arm, loop, prompts, folder), context, []);
        return new RunState(new RunFolder(Folder(folder)).State, null).Find("rloo/train")!.Summary["updates"]!.GetValue<int>();
    }

    /// <summary>The configuration of <c>spa rloo</c> of an arm.</summary>
    public static RunConfig Configuration(StudyArm arm, RunConfig loop, string prompts, string folder)
    {
        ConfigurationDocument document = ConfigurationFile.Parse(loop.ToYaml(), "the arm's configuration");
        // What the loop says about these is about pairs; unless the arm says otherwise the defaults of spa rloo hold.
        foreach (string key in new[] { "beta", "loss_type", "eval_dataset" }) document.Root.Remove(key);
        string[] own =
        [
            $"num_generations={Responses}", $"per_device_train_batch_size={Responses * loop.Training.PerDeviceTrainBatchSize}", $"max_completion_length={loop.Spa.Sampling.MaxNewTokens}",
            $"dataset_name={JsonValue.Create(prompts).ToJsonString()}", $"output_dir={JsonValue.Create(Folder(folder)).ToJsonString()}",
        ];
        foreach (string assignment in own.Concat(arm.Rloo!)) ConfigurationFile.Apply(document, assignment);
        return RunConfig.Bind(document, ConfigurationStage.Rloo, out _);
    }

    private static string Folder(string arm) => Path.Combine(arm, "rloo");

    private static JsonObject Row(LoopPrompt prompt) => prompt.Source is { } source
        ? new JsonObject { ["prompt"] = source.DeepClone() }
        : new JsonObject { ["prompt_ids"] = SampledRow.Array(prompt.Ids) };
}
