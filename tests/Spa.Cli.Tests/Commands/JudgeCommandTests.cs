using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

internal sealed class JudgeCommandTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Generated_rows_become_preference_rows_that_can_be_scored()
    {
        string model = TinyModel.Write(_folder, "model", 1), reference = TinyModel.Write(_folder, "reference", 2);
        string prompts = _folder.Lines("prompts.jsonl", Enumerable.Range(0, 6).Select(i => $$"""{"prompt": [{"role": "user", "content": "{{i}}"}]}"""));
        CommandLine.Run("generate", "--model", model, "--input", prompts, "--output", _folder.In("samples.jsonl"), "--samples", "3", "--max-new-tokens", "8", "--temperature", "1").Succeeded();
        CliResult result = CommandLine.Run("judge", "--model", model, "--reference", reference, "--input", _folder.In("samples.jsonl"), "--output", _folder.In("pairs.jsonl")).Succeeded();
        JsonObject[] pairs = _folder.Rows("pairs.jsonl");
        Assert.That(result.Error, Does.Contain($"{pairs.Length} pairs"));
        CommandLine.Run("score", "--model", model, "--reference", reference, "--input", _folder.In("pairs.jsonl"), "--output", _folder.In("scored.jsonl")).Succeeded();
        foreach ((JsonObject pair, JsonObject scored) in pairs.Zip(_folder.Rows("scored.jsonl")))
        {
            Assert.That(pair["judge"]!.ToString(), Is.EqualTo("implicit"));
            Assert.That(pair["margin"]!.GetValue<double>(), Is.GreaterThan(0));
            Assert.That(pair["probability"]!.GetValue<double>(), Is.InRange(0.5, 1));
            // The same four sums, added up in another order.
            Assert.That(scored["margin"]!.GetValue<double>(), Is.EqualTo(pair["margin"]!.GetValue<double>()).Within(1e-9));
            Assert.That(pair["chosen"]![0]!["role"]!.ToString(), Is.EqualTo("assistant"), "as many forms as the prompt has");
        }
    }

    [Test]
    public void Rows_without_a_preference_give_no_pair_and_are_counted()
    {
        string model = TinyModel.Write(_folder, "model", 1), reference = TinyModel.Write(_folder, "reference", 2);
        string input = _folder.Lines("in.jsonl",
            """{"prompt": "a", "responses": [{"ids": [98], "text": "b"}, {"ids": [98], "text": "b"}]}""",
            """{"prompt": "a", "responses": [{"ids": [98], "text": "b"}, {"ids": [257], "text": "", "finish_reason": "stop"}]}""",
            """{"prompt": "a", "responses": [{"text": "b"}, {"text": "cd", "finish_reason": "length"}]}""");
        CliResult result = CommandLine.Run("judge", "--model", model, "--reference", reference, "--input", input).Succeeded();
        Assert.That(result.Json["index"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(result.Error, Does.Contain("1 pairs").And.Contain("(identical)").And.Contain("(empty)"));
        JsonArray cut = result.Json["chosen"]!.ToString() == "cd" ? result.Json["chosen_ids"]!.AsArray() : result.Json["rejected_ids"]!.AsArray();
        Assert.That(cut.Select(id => id!.GetValue<int>()), Is.EqualTo(new[] { 99, 100 }), "a cut response has no end token");
    }

    [Test]
    public void One_response_cannot_be_judged()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl", """{"prompt": "a", "responses": [{"ids": [98]}]}""");
        CommandLine.Run("judge", "--model", model, "--input", input).FailedWith(1, "in.jsonl:1", "two or more", "--samples 2");
    }

    [Test]
    public void Rows_without_responses_are_named()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        CommandLine.Run("judge", "--model", model, "--input", _folder.Lines("in.jsonl", """{"prompt": "a"}""")).FailedWith(1, "in.jsonl:1", "'responses'");
    }

    [Test]
    public void A_judge_that_this_build_lacks_says_so() =>
        CommandLine.Run("judge", "--model", "m", "--input", "i", "--judge", "reward-model").FailedWith(1, "--judge reward-model is not part of this build");
}
