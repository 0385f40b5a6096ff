using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

internal sealed class EvalGoldCommandTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void A_file_of_pairs_is_held_to_the_labels()
    {
        string pairs = _folder.Lines("pairs.jsonl",
            """{"index": 0, "prompt": "p", "chosen": "a", "rejected": "b", "margin": 2}""",
            """{"index": 1, "outcome": "tie"}""",
            """{"index": 2, "prompt": "p", "chosen": "b", "rejected": "c", "margin": 0.5}""",
            """{"index": 3, "prompt": "p", "chosen": "c", "rejected": "a", "margin": 1}""");
        string labels = _folder.Lines("gold.jsonl", """{"prompt": "p", "response": "a", "score": 3}""", """{"prompt": "p", "response": "b", "score": 2}""", """{"prompt": "p", "response": "c", "score": 1}""");
        JsonObject result = CommandLine.Run("eval", "gold", "--input", pairs, "--labels", labels, "--json").Succeeded().Json;
        Assert.That(result["pairs"]!.GetValue<int>(), Is.EqualTo(3));
        Assert.That(result["agreement"]!["value"]!.GetValue<double>(), Is.EqualTo(2.0 / 3).Within(1e-12));
        Assert.That(result["by_margin"]![1]!["value"]!.GetValue<double>(), Is.Zero, "the middle margin is wrong");
        Assert.That(CommandLine.Run("eval", "gold", "--input", pairs, "--labels", labels).Succeeded().Out, Does.Contain("agreement").And.Contain("calibration"));
    }

    [Test]
    public void Responses_are_scored_and_a_judge_is_compared()
    {
        string input = _folder.Lines("in.jsonl", """{"prompt": "p", "responses": [{"text": "a"}, {"text": "b"}, {"text": "c"}]}""", """{"prompt": "q", "responses": [{"text": "a"}, {"text": "b"}]}""");
        string labels = _folder.Lines("gold.jsonl", """{"index": 0, "scores": [1, 2, 2]}""", """{"index": 1, "scores": [0, 4]}""");
        JsonObject scored = CommandLine.Run("eval", "gold", "--input", input, "--labels", labels, "--json").Succeeded().Json;
        Assert.That(scored["mean_gold"]!["value"]!.GetValue<double>(), Is.EqualTo(9 / 5.0).Within(1e-12));
        Assert.That(scored["best_gold"]!["value"]!.GetValue<double>(), Is.EqualTo(3));
        Assert.That(scored["gold_ties"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(scored.ContainsKey("agreement"), Is.False);
        JsonObject judged = CommandLine.Run("eval", "gold", "--input", input, "--labels", labels, "--judge", "random", "--json").Succeeded().Json;
        Assert.That(judged["pairs"]!.GetValue<int>(), Is.EqualTo(3));
    }

    [Test]
    public void An_oracle_that_knows_nothing_is_told()
    {
        string input = _folder.Lines("in.jsonl", """{"prompt": "p", "responses": [{"text": "a"}, {"text": "b"}]}"""), labels = _folder.Lines("gold.jsonl", """{"prompt": "other", "response": "a", "score": 3}""");
        CommandLine.Run("eval", "gold", "--input", input, "--labels", labels, "--quiet").FailedWith(1, "no score for any response");
        CommandLine.Run("eval", "gold", "--input", input).FailedWith(2, "a file of labels, a program that scores or a known rule");
    }

    [Test]
    public void Kept_figures_are_read_again_and_change_with_the_inputs()
    {
        string input = _folder.Lines("in.jsonl", """{"prompt": "p", "responses": [{"text": "a"}, {"text": "b"}]}"""), labels = _folder.Lines("gold.jsonl", """{"index": 0, "scores": [1, 2]}""");
        string[] command = ["eval", "gold", "--input", input, "--labels", labels, "--output", _folder.In("gold.json"), "--json"];
        CliResult first = CommandLine.Run(command).Succeeded(), again = CommandLine.Run(command).Succeeded();
        Assert.That(again.Out, Is.EqualTo(first.Out));
        Assert.That(again.Error, Does.Contain("done before"));
        Assert.That(first.Json["environment"]!["spa"], Is.Not.Null, "versions are recorded");
        File.WriteAllText(labels, """{"index": 0, "scores": [3, 5]}""");
        Assert.That(CommandLine.Run(command).Succeeded().Json["mean_gold"]!["value"]!.GetValue<double>(), Is.EqualTo(4));
        CommandLine.Run([.. command[..^3], "--output", _folder.Text("other.json", "{}")]).FailedWith(1, "holds no figures");
    }
}
