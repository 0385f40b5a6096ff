using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

internal sealed class EstimateCommandTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void A_loop_has_all_its_phases_and_their_largest_memory()
    {
        JsonObject config = Config();
        config["spa"] = new JsonObject
        {
            ["seed_dataset"] = _folder.In("pairs.jsonl"),
            ["prompts"] = _folder.Lines("prompts.jsonl", Enumerable.Range(0, 8).Select(i => $$"""{"prompt": "q{{i}}"}""")),
            ["iterations"] = 1,
            ["extrapolation"] = 0.5,
            ["sampling"] = new JsonObject { ["max_new_tokens"] = 8 },
        };
        JsonObject result = CommandLine.Run("estimate", "--config", _folder.Text("c.json", config.ToJsonString()), "--json").Succeeded().Json;
        Assert.That(result["phases"]!.AsArray().Select(phase => phase!["name"]!.ToString()), Is.EqualTo(new[] { "stage-0-seed/train", "stage-1/sample", "stage-1/judge", "stage-1/train" }));
        Assert.That(result["memory_bytes"]!.GetValue<long>(), Is.EqualTo(result["phases"]!.AsArray().Max(phase => phase!["memory_bytes"]!.GetValue<long>())));
        // Two tokens of a prompt and two responses of eight, eight prompts.
        Assert.That(result["phases"]![1]!["tokens"]!.GetValue<long>(), Is.EqualTo(8 * (2 + 2 * 8)));
    }

    [Test]
    public void A_single_stage_is_told_from_a_loop()
    {
        JsonObject config = Config();
        config["dataset_name"] = _folder.In("pairs.jsonl");
        CliResult result = CommandLine.Run("estimate", "--config", _folder.Text("c.json", config.ToJsonString())).Succeeded();
        Assert.That(result.Out, Does.Contain("dpo/train").And.Contain("memory ").And.Contain("time "));
    }

    [Test]
    public void A_named_GPU_is_estimated_by_its_limits_without_model_and_data_and_says_what_it_assumes()
    {
        JsonObject Estimate(params string[] more) => CommandLine.Run(["estimate", "--config", Path.Combine(Fixtures.Root, "recipes", "paper", "spa.yaml"), "--json", .. more]).Succeeded().Json;
        JsonObject h200 = Estimate("--device", "h200"), a100 = Estimate("--device", "A100 80GB"), longer = Estimate("--device", "H200", "--prompt-tokens", "400");
        Assert.That(h200["device"]!["name"]!.ToString(), Is.EqualTo("H200 SXM"));
        Assert.That(h200["assumed"]!.AsArray().Select(a => a!.ToString()), Has.Exactly(1).Contains("published shape of zephyr-7b-sft-full").And.Exactly(1).Contains("2000 seed pairs and 8000, 20000, 30000 prompts"));
        Assert.That(a100["seconds"]!.GetValue<double>(), Is.GreaterThan(2 * h200["seconds"]!.GetValue<double>()));
        Assert.That(longer["seconds"]!.GetValue<double>(), Is.GreaterThan(h200["seconds"]!.GetValue<double>()));
        Assert.That(h200["memory_bytes"]!.GetValue<long>(), Is.GreaterThan(h200["memory_available_bytes"]!.GetValue<long>()));
        string text = CommandLine.Run("estimate", "--config", Path.Combine(Fixtures.Root, "recipes", "paper", "spa.yaml"), "--device", "H200").Succeeded().Out;
        Assert.That(text, Does.Contain("an estimate: 45").And.Contain("this does not fit"));
    }

    [Test]
    public void A_folder_with_only_config_json_has_a_shape()
    {
        TinyModel.Write(_folder, "model", 1);
        foreach (string weights in Directory.EnumerateFiles(_folder.In("model"), "*.safetensors")) File.Delete(weights);
        string config = _folder.Text("c.json", new JsonObject { ["model_name_or_path"] = _folder.In("model"), ["output_dir"] = "out", ["dataset_name"] = "missing.jsonl" }.ToJsonString());
        JsonObject result = CommandLine.Run("estimate", "--config", config, "--device", "RTX 4090", "--rows", "50", "--json").Succeeded().Json;
        Assert.That(result["assumed"]![0]!.ToString(), Does.Contain("which has no weights beside it"));
        Assert.That(result["assumed"]![1]!.ToString(), Does.StartWith("50 rows"));
    }

    [TestCase("H20", "did you mean 'H200'?")]
    [TestCase("TPU", "expected one of H200, H100")]
    public void An_unknown_GPU_is_refused_in_one_line(string name, string expected) =>
        CommandLine.Run("estimate", "--config", Path.Combine(Fixtures.Root, "recipes", "paper", "spa.yaml"), "--device", name).FailedWith(ExitCodes.Usage, expected);

    [Test]
    public void A_study_of_a_base_configuration_has_a_line_for_each_arm()
    {
        string[] lines = CommandLine.Run("estimate", "--config", Path.Combine(Fixtures.Root, "recipes", "paper", "seed-variance.yaml"), "--device", "H100").Succeeded().Out.TrimEnd().Split('\n');
        Assert.That(lines[..^1].Select(line => line.Split(':')[0]), Is.EqualTo(new[] { "seeds/spa", "seeds/seed-only", "seeds/random" }));
        Assert.That(lines[^1], Does.Match("^15 runs, [0-9:]+ one after the other"));
    }

    [Test]
    public void Policy_optimisation_in_a_study_is_estimated_with_its_reward_model()
    {
        _folder.Text("base.json", new JsonObject
        {
            ["model_name_or_path"] = "Mistral-7B-v0.1",
            ["output_dir"] = "out",
            ["spa"] = new JsonObject { ["seed_dataset"] = "none.jsonl", ["seed_pairs"] = 20, ["prompts"] = "none.jsonl", ["prompts_per_iteration"] = new JsonArray(30, 10), ["iterations"] = 2 },
        }.ToJsonString());
        string study = _folder.Text("study.yaml", """
            title: t
            task: run
            base: base.json
            experiments:
              - name: e
                title: E
                seeds: {first: 1, count: 2}
                arms:
                  - {name: rloo, title: R, reward: {num_train_epochs: 1}, rloo: {max_steps: 5, per_device_train_batch_size: 8, num_generations: 4}}
            """);
        JsonObject line = CommandLine.Run("estimate", "--config", study, "--device", "H200", "--json").Succeeded().Json;
        string[] Phases(string key) => [.. line[key]!["phases"]!.AsArray().Select(p => p!["name"]!.ToString())];
        Assert.That(Phases("reward"), Is.EqualTo(new[] { "reward/train" }));
        Assert.That(Phases("estimate"), Is.EqualTo(new[] { "rloo/sample", "rloo/judge", "rloo/reference", "rloo/train" }));
        // 5 updates of 2 prompts with 4 responses of 300 tokens each and 200 tokens of prompt.
        Assert.That(line["estimate"]!["phases"]![0]!["tokens"]!.GetValue<long>(), Is.EqualTo(5 * 2 * (200 + 4 * 300)));
        Assert.That(line["estimate"]!["phases"]![3]!["tokens"]!.GetValue<long>(), Is.EqualTo(5 * 2 * (200 + 4 * 300)));
    }

    private JsonObject Config()
    {
        _folder.Lines("pairs.jsonl", Enumerable.Range(0, 8).Select(i => $$"""{"prompt": "q{{i}}", "chosen": "yes {{i}}", "rejected": "no"}"""));
        return new JsonObject { ["model_name_or_path"] = TinyModel.Write(_folder, "model", 1), ["output_dir"] = _folder.In("out") };
    }
}
