using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Configuration;
using Spa.Engine.Data;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Adapters;
using Spa.Engine.Pipeline;
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
        FollowPairs("dpo.jsonl", state, reference);
        AssertWeights("fixtures/training/dpo-final.safetensors", state, name => name);
    }

    /// <summary>Loss and gradient norm of the first 8 pairs under each of TRL's losses and options.</summary>
    [Test]
    public void Every_loss_and_option_has_the_value_and_gradient_of_TRL()
    {
        using ComputeBackend backend = tested.Create();
        using Model policy = Load(backend, "model.safetensors"), reference = Load(backend, "reference.safetensors");
        using var state = new PolicyState(policy);
        TrainerSettings settings = s_settings with { MicroBatch = 8, Accumulation = 1, MaxSteps = 1 };
        PreferenceExample[] pairs = [.. Pairs().Take(8).Select(p => new PreferenceExample(p.Prompt, p.Chosen, p.Rejected))];
        JsonObject losses = JsonNode.Parse(File.ReadAllText(Fixtures.Require("fixtures/training/losses.json")))!.AsObject();
        Assert.That(losses, Has.Count.EqualTo(20));
        Assert.Multiple(() =>
        {
            foreach ((string name, JsonNode? expected) in losses)
            {
                using var task = new PreferenceTask(state, reference, pairs, settings, Objective(name, expected!["label_smoothing"]!.GetValue<double>()));
                var sums = new MetricSums(task.MetricNames);
                int[] all = [.. Enumerable.Range(0, 8)];
                state.BeginUpdate(0, 0);
                task.BeginUpdate(all, new UpdateContext(0, 1, 1));
                task.RunMicroBatch(all, sums);
                task.EndUpdate(sums);
                double loss = expected["loss"]!.GetValue<double>(), norm = expected["grad_norm"]!.GetValue<double>();
                Assert.That(sums[0], Is.EqualTo(loss).Within(Relative * Math.Abs(loss)), $"loss of {name}");
                Assert.That(state.GradientNorm(), Is.EqualTo(norm).Within(Relative * norm), $"gradient norm of {name}");
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
        using ComputeBackend backend = tested.CreateUnchecked();
        using Model whole = Load(backend, "model.safetensors");
        using PeftAdapterFolder folder = PeftAdapterFolder.Open(Fixtures.Require("fixtures/training/lora"));
        using Model policy = AdapterFiles.Load(whole, folder);
        using Model reference = Load(backend, "reference.safetensors");
        using var state = new PolicyState(policy);
        FollowPairs("lora.jsonl", state, reference);
        // The peer saved its module as it stands in memory, where the adapter has a name.
        AssertWeights("fixtures/training/lora-final.safetensors", state, name => name.Replace(".weight", ".default.weight", StringComparison.Ordinal));
    }

    private static void FollowPairs(string log, PolicyState state, Model reference)
    {
        TrainerSettings settings = s_settings with { MaxSteps = 20 };
        PreferenceExample[] pairs = [.. Pairs().Select(p => new PreferenceExample(p.Prompt, p.Chosen, p.Rejected))];
        using var task = new PreferenceTask(state, reference, pairs, settings, new PreferenceObjective { Beta = 0.1 });
        Follow(log, state, task, settings,
            ["loss", "grad_norm", "learning_rate", "entropy", "num_tokens", "logits/chosen", "logits/rejected", "mean_token_accuracy", "rewards/chosen", "rewards/rejected",
            "rewards/accuracies", "rewards/margins", "logps/chosen", "logps/rejected"]);
    }

    private static void AssertWeights(string file, PolicyState state, Func<string, string> nameIn)
    {
        using TensorSource final = SafetensorsFile.Open(Fixtures.Require(file));
        Assert.Multiple(() =>
        {
            foreach (Parameter p in state.Table.Parameters)
            {
                var expected = new float[p.Count];
                var actual = new float[p.Count];
                final.ReadFloat32(nameIn(p.Name), expected);
                state.Model.Backend.Download<float>(actual, state.Weight(p));
                Assert.That(actual, Is.EqualTo(expected).Within(Weights), p.Name);
            }
        });
    }

    // "loss", "loss+option" or "loss+option=value", as the fixture names them; TRL's defaults for the rest.
    private static PreferenceObjective Objective(string name, double smoothing)
    {
        string[] parts = name.Split('+', '=');
        string option = parts.ElementAtOrDefault(1) switch
        {
            "ld_alpha" => $"ld_alpha: {parts[2]}",
            "use_weighting" => "use_weighting: true",
            "alpha_divergence" => $"f_divergence_type: alpha_divergence\nf_alpha_divergence_coef: {parts[2]}",
            { } divergence => $"f_divergence_type: {divergence}",
            null => "",
        };
        string yaml = string.Create(CultureInfo.InvariantCulture, $"model_name_or_path: m\ndataset_name: d\noutput_dir: o\nbeta: 0.1\nloss_type: {parts[0]}\nlabel_smoothing: {smoothing}\n{option}");
        RunConfig config = RunConfig.Bind(ConfigurationFile.Parse(yaml, "losses.yaml"), ConfigurationStage.Dpo, out _);
        TrainingSetup.RequireSupported(config.Training, ConfigurationStage.Dpo);
        return TrainingSetup.Objective(config.Training);
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
