using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

/// <summary>TRL's own runs, through the command line, on rows of ids and a model without a tokenizer.</summary>
internal sealed class TrlRunTests
{
    // Two float32 trainers drift apart by their rounding; the issue grants the peer's own noise.
    private const double Relative = 1e-3;

    // Values that pass through zero (margins of single updates) need a floor.
    private const double Absolute = 1e-3;

    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Dpo_logs_what_trl_logged()
    {
        JsonObject config = Config("dpo", 20);
        config["ref_model_name_or_path"] = FixtureModels.Reference("llama", _folder);
        config["beta"] = 0.1;
        CommandLine.Run("dpo", "--config", _folder.Text("dpo.json", config.ToJsonString())).Succeeded();
        Compare("dpo", "loss", "grad_norm", "learning_rate", "rewards/chosen", "rewards/rejected", "rewards/accuracies", "rewards/margins", "logps/chosen", "logps/rejected", "entropy");
    }

    [Test]
    public void Sft_logs_what_trl_logged()
    {
        string pairs = Fixtures.Require("fixtures/training/pairs.jsonl");
        _folder.Lines("sft.jsonl", File.ReadLines(pairs).Select(line => line.Replace("chosen_ids", "response_ids")));
        JsonObject config = Config("sft", 10);
        config["dataset_name"] = _folder.In("sft.jsonl");
        // The peer's rows were plain ids: every token but the first is a target.
        config["completion_only_loss"] = false;
        CommandLine.Run("sft", "--config", _folder.Text("sft.json", config.ToJsonString())).Succeeded();
        Compare("sft", "loss", "grad_norm", "learning_rate", "entropy");
    }

    private JsonObject Config(string name, int updates) => new()
    {
        ["model_name_or_path"] = FixtureModels.Policy("llama"),
        ["dataset_name"] = Fixtures.Require("fixtures/training/pairs.jsonl"),
        ["output_dir"] = _folder.In(name),
        ["per_device_train_batch_size"] = 4,
        ["gradient_accumulation_steps"] = 2,
        ["max_steps"] = updates,
        ["learning_rate"] = 5e-4,
        ["lr_scheduler_type"] = "cosine",
        ["warmup_steps"] = 3,
        ["weight_decay"] = 0.01,
        ["max_grad_norm"] = 1.0,
        ["train_sampling_strategy"] = "sequential",
        ["logging_steps"] = 1,
    };

    private void Compare(string run, params string[] keys)
    {
        JsonObject[] golden = [.. File.ReadLines(Fixtures.Require($"fixtures/training/{run}.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject())];
        JsonObject[] found = _folder.Rows($"{run}/metrics.jsonl");
        Assert.That(found, Has.Length.EqualTo(golden.Length));
        foreach (string key in keys)
        {
            for (int i = 0; i < golden.Length; i++)
            {
                double expected = golden[i][key]!.GetValue<double>();
                Assert.That(found[i][key]!.GetValue<double>(), Is.EqualTo(expected).Within(Absolute + Relative * Math.Abs(expected)), $"{key} of update {i + 1}");
            }
        }
    }
}
