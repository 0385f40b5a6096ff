using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

/// <summary><c>spa dpo</c>, <c>spa sft</c>, <c>spa reward</c>, <c>spa rloo</c>, <c>spa run</c>, and <c>spa status</c> and <c>spa report</c> on what they made.</summary>
internal sealed class TrainCommandTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Dpo_trains_and_a_second_call_does_nothing()
    {
        string config = Config("dpo", """{"dataset_name": "PAIRS", "max_steps": 3, "logging_steps": 1, "learning_rate": 0.001}""");
        CliResult first = CommandLine.Run("dpo", "--config", config, "--json").Succeeded();
        Assert.That(File.Exists(Path.Combine(first.Json["model"]!.ToString(), "model.safetensors")));
        Assert.That(File.ReadAllLines(first.Json["metrics"]!.ToString()), Has.Length.EqualTo(3));
        CliResult second = CommandLine.Run("dpo", "--config", config, "--json").Succeeded();
        Assert.That(second.Error, Does.Contain("done before"));
        Assert.That(CommandLine.Run("status", _folder.In("dpo"), "--json").Succeeded().Json["complete"]!.GetValue<bool>(), Is.True);
    }

    [Test]
    public void Sft_trains()
    {
        _folder.Lines("texts.jsonl", Enumerable.Range(0, 8).Select(i => $$"""{"prompt": "q{{i}}", "completion": "a{{i}}"}"""));
        string config = Config("sft", """{"dataset_name": "TEXTS", "max_steps": 2}""");
        CliResult result = CommandLine.Run("sft", "--config", config).Succeeded();
        Assert.That(result.Out, Does.Contain("model ").And.Contain("metrics "));
    }

    [Test]
    public void A_reward_model_is_trained_judges_and_is_optimised_against()
    {
        string reward = CommandLine.Run("reward", "--config", Config("reward", """{"dataset_name": "PAIRS", "max_steps": 2}"""), "--json").Succeeded().Json["model"]!.ToString();
        string rows = _folder.Lines("samples.jsonl", """{"prompt": "q", "responses": [{"text": "one"}, {"text": "two"}]}""");
        JsonObject pair = JsonNode.Parse(CommandLine.Run("judge", "--judge", "reward-model", "--judge-model", reward, "--input", rows).Succeeded().Out)!.AsObject();
        Assert.That(pair["margin"]!.GetValue<double>(), Is.EqualTo(Math.Abs(pair["rewards"]![0]!.GetValue<double>() - pair["rewards"]![1]!.GetValue<double>())).Within(1e-12));
        _folder.Lines("prompts.jsonl", Enumerable.Range(0, 4).Select(i => $$"""{"prompt": "q{{i}}"}"""));
        string config = Config("rloo", """{"dataset_name": "PROMPTS", "max_steps": 2, "logging_steps": 1, "max_completion_length": 6, "max_length": 64}""");
        CliResult result = CommandLine.Run("rloo", "--config", config, "--set", $"reward_model_name_or_path={reward}", "--json").Succeeded();
        Assert.That(File.ReadLines(result.Json["metrics"]!.ToString()).Last(), Does.Contain("\"kl\""));
    }

    [Test]
    public void The_loop_runs_and_reports()
    {
        _folder.Lines("prompts.jsonl", Enumerable.Range(0, 8).Select(i => $$"""{"prompt": "q{{i}}"}"""));
        string config = Config("run", """
            {"eval_dataset": "PAIRS", "max_length": 64, "per_device_train_batch_size": 2, "learning_rate": 0.001,
             "spa": {"seed_dataset": "PAIRS", "prompts": "PROMPTS", "iterations": 1, "extrapolation": 0.5, "sampling": {"max_new_tokens": 8, "temperature": 1.0}}}
            """);
        CliResult result = CommandLine.Run("run", "--config", config, "--json").Succeeded();
        string report = result.Json["report"]!.ToString();
        File.Delete(report);
        CommandLine.Run("report", _folder.In("run")).Succeeded();
        Assert.That(File.ReadAllText(report), Does.Contain("<html"));
        JsonObject status = CommandLine.Run("status", _folder.In("run"), "--json").Succeeded().Json;
        Assert.That(status["phases"]!.AsArray().Select(phase => phase!["name"]!.ToString()), Does.Contain("stage-1/judge"));
        Assert.That(status["complete"]!.GetValue<bool>(), Is.True, status.ToJsonString());
        Assert.That(CommandLine.Run("status", _folder.In("run")).Succeeded().Out, Does.Contain("stage-1/train").And.EndsWith("complete\n"));
        Assert.That(CommandLine.Run("run", "--config", config).Succeeded().Error, Does.Contain("done before"));

        string run = _folder.In("run"), page = _folder.In("compare.html");
        Assert.That(CommandLine.Run("run", "--compare", run, run, "--output", page).Succeeded().Out, Does.Contain("Agreement with held-out labels").And.Contain("SPA 1"));
        Assert.That(File.ReadAllText(page), Does.Contain("Spa comparison of runs"));
        Assert.That(CommandLine.Run("run", "--compare", run, run, "--json").Succeeded().Json["runs"]!.AsArray(), Has.Count.EqualTo(2));
        CommandLine.Run("run", "--compare", run, _folder.In("none")).FailedWith(1, "none", "is not a run folder");
        CommandLine.Run("run", "--compare", run, run, "--config", config).FailedWith(2, "exclude each other");
        CommandLine.Run("run").FailedWith(2, "--config");
    }

    [Test]
    public void Options_win_over_the_file()
    {
        string config = Config("dpo", """{"dataset_name": "PAIRS", "max_steps": 1, "seed": 1}""");
        CommandLine.Run("dpo", "--config", config, "--seed", "9", "--set", "max_steps=2", "--set", "logging_steps=1").Succeeded();
        Assert.That(File.ReadAllText(_folder.In("dpo/config.yaml")), Does.Match(@"\bseed: 9\b"));
        Assert.That(File.ReadAllLines(_folder.In("dpo/metrics.jsonl")), Has.Length.EqualTo(2));
    }

    [Test]
    public void An_unknown_key_is_wrong_usage_with_the_nearest_name()
    {
        CommandLine.Run("dpo", "--config", Config("dpo", """{"dataset_name": "PAIRS", "betta": 0.1}""")).FailedWith(2, "betta", "beta");
        CommandLine.Run("dpo", "--config", Config("dpo", """{"dataset_name": "PAIRS"}"""), "--set", "learning_rat=1").FailedWith(2, "learning_rat", "learning_rate");
    }

    [Test]
    public void A_missing_configuration_is_wrong_usage() => CommandLine.Run("dpo", "--config", _folder.In("none.yaml")).FailedWith(2, "none.yaml");

    [Test]
    public void An_output_folder_that_cannot_be_written_is_found_before_work_begins()
    {
        string config = Config("dpo", """{"dataset_name": "PAIRS"}""");
        string file = _folder.Text("file", "");
        CommandLine.Run("dpo", "--config", config, "--set", $"output_dir={file}/run").FailedWith(1, "file");
    }

    [Test]
    public void Status_and_report_of_no_run_say_so()
    {
        CommandLine.Run("status", _folder.Root).FailedWith(1, "is not a run folder");
        CommandLine.Run("report", _folder.In("none")).FailedWith(1, "is not a run folder");
        CommandLine.Run("status").FailedWith(2, "RUN");
    }

    private string Config(string name, string json)
    {
        string model = _folder.In("model");
        if (!Directory.Exists(model)) TinyModel.Write(_folder, "model", 1);
        string pairs = _folder.Lines("pairs.jsonl", Enumerable.Range(0, 8).Select(i => $$"""{"prompt": "q{{i}}", "chosen": "yes {{i}}", "rejected": "no"}"""));
        JsonObject config = JsonNode.Parse(json.Replace("PAIRS", pairs).Replace("PROMPTS", _folder.In("prompts.jsonl")).Replace("TEXTS", _folder.In("texts.jsonl")))!.AsObject();
        config["model_name_or_path"] = model;
        config["output_dir"] = _folder.In(name);
        return _folder.Text($"{name}.json", config.ToJsonString());
    }
}
