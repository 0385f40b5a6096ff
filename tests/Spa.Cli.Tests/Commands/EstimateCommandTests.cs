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

    private JsonObject Config()
    {
        _folder.Lines("pairs.jsonl", Enumerable.Range(0, 8).Select(i => $$"""{"prompt": "q{{i}}", "chosen": "yes {{i}}", "rejected": "no"}"""));
        return new JsonObject { ["model_name_or_path"] = TinyModel.Write(_folder, "model", 1), ["output_dir"] = _folder.In("out") };
    }
}
