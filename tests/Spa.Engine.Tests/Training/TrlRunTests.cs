using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Data;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Support;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Training;

/// <summary>
/// TRL 1.16's own float32 runs, update by update. Tolerances are the peer's noise: 1e-3 relative on every figure (1e-4 absolute where a
/// figure may be near 0), final weights within 1e-4.
/// </summary>
[TestFixtureSource(typeof(OpTests), nameof(OpTests.Tested))]
public sealed class TrlRunTests(TestedBackend tested)
{
    private const double Relative = 1e-3, NearZero = 1e-4, Weights = 1e-4;

    private static readonly TrainerSettings s_settings = new()
    {
        MicroBatch = 4,
        Accumulation = 2,
        LearningRate = 5e-4,
        Schedule = ScheduleKind.Cosine,
        WarmupSteps = 3,
        WeightDecay = 0.01,
        MaxGradNorm = 1,
        Shuffle = false,
        LoggingSteps = 1,
        SaveSteps = 0,
    };

    [Test]
    public void Dpo_follows_every_update_of_TRL_and_ends_with_its_weights()
    {
        using ComputeBackend backend = tested.Create();
        using Model policy = Load(backend, "model.safetensors"), reference = Load(backend, "reference.safetensors");
        using var state = new PolicyState(policy);
        TrainerSettings settings = s_settings with { MaxSteps = 20 };
        PreferenceExample[] pairs = [.. Pairs().Select(p => new PreferenceExample(p.Prompt, p.Chosen, p.Rejected))];
        using var task = new PreferenceTask(state, reference, pairs, settings, 0.1);
        Follow("dpo.jsonl", state, task, settings,
            ["loss", "grad_norm", "learning_rate", "entropy", "num_tokens", "logits/chosen", "logits/rejected", "mean_token_accuracy", "rewards/chosen", "rewards/rejected",
            "rewards/accuracies", "rewards/margins", "logps/chosen", "logps/rejected"]);
        using TensorSource final = SafetensorsFile.Open(Fixtures.Require("fixtures/training/dpo-final.safetensors"));
        Assert.Multiple(() =>
        {
            foreach (Parameter p in policy.Table.Parameters)
            {
                var expected = new float[p.Count];
                var actual = new float[p.Count];
                final.ReadFloat32(p.Name, expected);
                backend.Download<float>(actual, policy.Weight(p));
                Assert.That(actual, Is.EqualTo(expected).Within(Weights), p.Name);
            }
        });
    }

    [Test]
    public void Sft_follows_every_update_of_TRL()
    {
        using ComputeBackend backend = tested.Create();
        using Model policy = Load(backend, "model.safetensors");
        using var state = new PolicyState(policy);
        TrainerSettings settings = s_settings with { MaxSteps = 10 };
        // The peer's rows were plain token ids, so every token but the first is a target.
        TokenizedExample[] examples = [.. Pairs().Select(p => new TokenizedExample([.. p.Prompt, .. p.Chosen], [.. p.Prompt.Select((_, i) => i > 0), .. p.Chosen.Select(_ => true)], true))];
        using var task = new SftTask(state, examples, settings);
        Follow("sft.jsonl", state, task, settings, ["loss", "grad_norm", "learning_rate", "entropy", "mean_token_accuracy", "num_tokens"]);
    }

    [Test]
    public void Lora_follows_every_update_of_TRL_and_ends_with_its_adapter()
    {
        using ComputeBackend backend = tested.Create();
        using Model whole = Load(backend, "model.safetensors");
        using PeftAdapterFolder folder = PeftAdapterFolder.Open(Fixtures.Require("fixtures/training/lora"));
        using Model policy = AdapterFiles.Load(whole, folder);
        using Model reference = Load(backend, "reference.safetensors");
        using var state = new PolicyState(policy);
        TrainerSettings settings = s_settings with { MaxSteps = 20 };
        PreferenceExample[] pairs = [.. Pairs().Select(p => new PreferenceExample(p.Prompt, p.Chosen, p.Rejected))];
        using var task = new PreferenceTask(state, reference, pairs, settings, 0.1);
        Follow("lora.jsonl", state, task, settings,
            ["loss", "grad_norm", "learning_rate", "entropy", "num_tokens", "logits/chosen", "logits/rejected", "mean_token_accuracy", "rewards/chosen", "rewards/rejected",
            "rewards/accuracies", "rewards/margins", "logps/chosen", "logps/rejected"]);
        using TensorSource final = SafetensorsFile.Open(Fixtures.Require("fixtures/training/lora-final.safetensors"));
        Assert.Multiple(() =>
        {
            foreach (Parameter p in policy.Trainable.Parameters)
            {
                var expected = new float[p.Count];
                var actual = new float[p.Count];
                // The peer saved its module as it stands in memory, where the adapter has a name.
                final.ReadFloat32(p.Name.Replace(".weight", ".default.weight", StringComparison.Ordinal), expected);
                backend.Download<float>(actual, policy.TrainableWeight(p));
                Assert.That(actual, Is.EqualTo(expected).Within(Weights), p.Name);
            }
        });
    }

    private static void Follow(string log, PolicyState state, ITrainingTask task, TrainerSettings settings, string[] keys)
    {
        JsonObject[] expected = [.. File.ReadLines(Fixtures.Require($"fixtures/training/{log}")).Select(l => JsonNode.Parse(l)!.AsObject())];
        var records = new List<TrainingRecord>();
        new Trainer(state, task, settings).Run(RunLog.Silent, "test", records.Add, () => { }, CancellationToken.None);
        Assert.That(records, Has.Count.EqualTo(expected.Length));
        Assert.Multiple(() =>
        {
            for (int i = 0; i < expected.Length; i++)
            {
                foreach (string key in keys)
                {
                    double value = expected[i][key]!.GetValue<double>();
                    Assert.That(records[i][key], Is.EqualTo(value).Within(Math.Max(NearZero, Relative * Math.Abs(value))), $"update {i + 1}, {key}");
                }
                Assert.That(records[i].Epoch, Is.EqualTo(expected[i]["epoch"]!.GetValue<double>()).Within(1e-9));
            }
        });
    }

    private static IEnumerable<(int[] Prompt, int[] Chosen, int[] Rejected)> Pairs()
    {
        foreach (string line in File.ReadLines(Fixtures.Require("fixtures/training/pairs.jsonl")))
        {
            JsonObject row = JsonNode.Parse(line)!.AsObject();
            int[] Ids(string key) => [.. row[key]!.AsArray().Select(x => x!.GetValue<int>())];
            yield return (Ids("prompt_ids"), Ids("chosen_ids"), Ids("rejected_ids"));
        }
    }

    private static Model Load(ComputeBackend backend, string file)
    {
        string folder = Fixtures.Require("fixtures/models/llama"), config = Path.Combine(folder, "config.json");
        using TensorSource source = SafetensorsFile.Open(Path.Combine(folder, file));
        return ModelLoader.Load(backend, source, JsonNode.Parse(File.ReadAllText(config))!.AsObject(), config, DType.Float32);
    }
}
