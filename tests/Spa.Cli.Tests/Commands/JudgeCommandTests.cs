using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;
using Spa.Tests.Support;

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
    public void A_reward_model_as_judge_must_be_named_and_be_one()
    {
        string model = TinyModel.Write(_folder, "model", 1), rows = _folder.Lines("in.jsonl", """{"prompt": "a", "responses": [{"text": "b"}, {"text": "c"}]}""");
        CommandLine.Run("judge", "--model", model, "--input", rows, "--judge", "reward-model").FailedWith(2, "--judge reward-model needs --judge-model M");
        CommandLine.Run("judge", "--judge-model", model, "--input", rows, "--judge", "reward-model").FailedWith(1, "is a language model, expected a reward model");
    }

    [Test]
    public void A_model_as_judge_sees_both_orders_and_tells_its_bias()
    {
        string judge = TinyModel.Write(_folder, "judge", 1), prompt = _folder.Text("prompt.txt", "{instruction} {output_1} {output_2}?");
        string input = _folder.Lines("in.jsonl", """{"prompt": "a", "responses": [{"text": "b"}, {"text": "cd"}, {"text": "e"}]}""");
        CliResult result = CommandLine.Run("judge", "--judge", "llm", "--judge-model", judge, "--judge-prompt", prompt, "--input", input).Succeeded();
        Assert.That(result.Json["judge"]!.ToString(), Is.EqualTo("llm:judge"));
        Assert.That(result.Json["judgement"]!["comparisons"]!.AsArray(), Has.Count.EqualTo(3));
        Assert.That(result.Json.ContainsKey("chosen_ids"), Is.False, "rows of text alone have no tokens");
        Assert.That(result.Error, Does.Contain("3 comparisons").And.Contain("the first shown wins").And.Contain("both orders agree"));
    }

    [Test]
    public void The_order_of_responses_changes_no_pair()
    {
        string judge = TinyModel.Write(_folder, "judge", 1), prompt = _folder.Text("prompt.txt", "{instruction} {output_1} {output_2}?");
        string Row(string a, string b) => $$"""{"prompt": "a", "responses": [{"text": "{{a}}"}, {"text": "{{b}}"}]}""";
        string[] run = ["judge", "--judge", "llm", "--judge-model", judge, "--judge-prompt", prompt, "--input"];
        JsonObject one = CommandLine.Run([.. run, _folder.Lines("1.jsonl", Row("x", "yy"))]).Succeeded().Json, other = CommandLine.Run([.. run, _folder.Lines("2.jsonl", Row("yy", "x"))]).Succeeded().Json;
        Assert.That(other["chosen"]!.ToString(), Is.EqualTo(one["chosen"]!.ToString()), "the order of responses changes nothing");
        Assert.That(other["margin"]!.GetValue<double>(), Is.EqualTo(one["margin"]!.GetValue<double>()).Within(1e-9));
    }

    [Test]
    public void Labels_judge_without_any_model_and_every_pair_can_be_taken()
    {
        string input = _folder.Lines("in.jsonl", """{"prompt": "a", "responses": [{"text": "b"}, {"text": "c"}, {"text": "d"}]}""", """{"prompt": "e", "responses": [{"text": "b"}, {"text": "c"}]}""");
        string labels = _folder.Lines("gold.jsonl", """{"prompt": "a", "response": "b", "score": 1}""", """{"prompt": "a", "response": "c", "score": 3}""", """{"prompt": "a", "response": "d", "score": 2}""");
        CliResult result = CommandLine.Run("judge", "--judge", "gold", "--labels", labels, "--pairs", "all", "--input", input, "--output", _folder.In("pairs.jsonl")).Succeeded();
        Assert.That(_folder.Rows("pairs.jsonl").Select(r => $"{r["index"]}.{r["pair"]} {r["chosen"]}>{r["rejected"]} {r["margin"]}"), Is.EqualTo(new[] { "0.0 c>b 2", "0.1 d>b 1", "0.2 c>d 1" }));
        Assert.That(result.Error, Does.Contain("3 pairs").And.Contain("1 twos without one (notfinite)"));
    }

    [Test]
    public void A_judge_that_reads_takes_the_prompt_as_written_beside_its_ids()
    {
        // Rows as spa generate writes them: no tokenizer is needed, and none could take the template's text out of the ids again.
        string input = _folder.Lines("in.jsonl", """{"prompt": [{"role": "user", "content": "a"}], "prompt_ids": [1, 2], "responses": [{"ids": [3], "text": "b"}, {"ids": [4], "text": "c"}]}""");
        string labels = _folder.Lines("gold.jsonl", """{"prompt": "a", "chosen": "c", "rejected": "b"}""");
        CommandLine.Run("judge", "--judge", "gold", "--labels", labels, "--input", input, "--output", _folder.In("pairs.jsonl")).Succeeded();
        Assert.That(_folder.Rows("pairs.jsonl").Single()["chosen_ids"]!.ToJsonString(), Is.EqualTo("[4]"));
    }

    [Test]
    public void Splitting_the_input_changes_no_pair()
    {
        string model = TinyModel.Write(_folder, "model", 1), reference = TinyModel.Write(_folder, "reference", 2);
        string[] rows = [.. Enumerable.Range(0, 5).Select(i => $$"""{"prompt": "{{i}}", "responses": [{"text": "b{{i}}"}, {"text": "c"}]}""")];
        string[] Margins(string name, params string[] lines) =>
            [.. CommandLine.Run("judge", "--model", model, "--reference", reference, "--input", _folder.Lines(name, lines)).Succeeded().Out.Trim().Split('\n').Select(l => JsonNode.Parse(l)!["margin"]!.ToJsonString())];
        Assert.That(Margins("a.jsonl", rows[..2]).Concat(Margins("b.jsonl", rows[2..])), Is.EqualTo(Margins("all.jsonl", rows)));
    }

    [Test]
    public void What_a_judge_needs_is_told()
    {
        string input = _folder.Lines("in.jsonl", """{"prompt": "a", "responses": [{"ids": [98]}, {"ids": [99]}]}""");
        CommandLine.Run("judge", "--input", input).FailedWith(2, "--model M");
        CommandLine.Run("judge", "--judge", "llm", "--input", input).FailedWith(2, "--judge-model");
        CommandLine.Run("judge", "--judge", "endpoint", "--judge-model", "m", "--input", input).FailedWith(2, "--url");
        CommandLine.Run("judge", "--judge", "gold", "--input", input).FailedWith(2, "labels");
        CommandLine.Run("judge", "--judge", "random", "--input", input).FailedWith(1, "in.jsonl:1", "'text'");
    }

    [Test]
    public void A_service_judges_and_the_same_command_asks_nothing_again()
    {
        // Prefers the longer of the two that it is shown.
        using ChatServer server = new((request, _) =>
        {
            string[] parts = ChatServer.Said(request).Split('|');
            return (200, ChatServer.Reply("?", ("A", Math.Log(parts[0].Length > parts[1].Length ? 0.9 : 0.1)), ("B", Math.Log(parts[0].Length > parts[1].Length ? 0.1 : 0.9))));
        });
        string input = _folder.Lines("in.jsonl", """{"prompt": "a", "responses": [{"text": "short"}, {"text": "much longer"}]}""", """{"prompt": "b", "responses": [{"text": "xx"}, {"text": "y"}]}""");
        string[] command = ["judge", "--judge", "endpoint", "--url", server.Url, "--judge-model", "remote", "--judge-prompt", _folder.Text("p.txt", "{output_1}|{output_2}"), "--input", input,
            "--output", _folder.In("pairs.jsonl"), "--prompt-price", "1"];
        CliResult result = CommandLine.Run(command).Succeeded();
        Assert.That(_folder.Rows("pairs.jsonl").Select(r => $"{r["chosen"]} {r["judge"]}"), Is.EqualTo(new[] { "much longer remote", "xx remote" }));
        Assert.That(_folder.Rows("pairs.jsonl")[0]["probability"]!.GetValue<double>(), Is.EqualTo(0.9).Within(1e-9));
        Assert.That(result.Error, Does.Contain("4 requests, 0 replies from the cache").And.Contain("400 + 8 tokens, cost 0.0004"));
        Assert.That(CommandLine.Run(command).Succeeded().Error, Does.Contain("0 requests, 4 replies from the cache"));
        Assert.That(server.Requests, Has.Count.EqualTo(4));
    }
}
