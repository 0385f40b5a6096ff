using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

internal sealed class GenerateCommandTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Greedy_tokens_are_the_golden_ones([Values("llama", "smollm2")] string family)
    {
        int[] prompt = FixtureModels.Ints(family, "greedy_prompt"), golden = FixtureModels.Ints(family, "greedy_tokens");
        string input = _folder.Lines("in.jsonl", $$"""{"prompt_ids": [{{string.Join(',', prompt)}}], "id": "a"}""");
        JsonObject row = CommandLine.Run("generate", "--model", FixtureModels.Policy(family), "--input", input, "--temperature", "0", "--max-new-tokens", "24").Succeeded().Json;
        JsonNode response = row["responses"]![0]!;
        int[] ids = [.. response["ids"]!.AsArray().Select(id => id!.GetValue<int>())];
        Assert.That(ids, Is.EqualTo(golden[..ids.Length]));
        Assert.That(response["finish_reason"]!.ToString(), Is.EqualTo(ids.Length < 24 ? "stop" : "length"));
        Assert.That(response["token_logps"]!.AsArray(), Has.Count.EqualTo(ids.Length));
        Assert.That(row["id"]!.ToString(), Is.EqualTo("a"), "the row's own fields stay");
        Assert.That(response.AsObject().ContainsKey("text"), Is.False, "the model has no tokenizer");
    }

    [Test]
    public void Every_form_of_a_prompt_is_answered_in_the_order_of_the_file()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl", """{"prompt": "ab"}""", """{"prompt": [{"role": "user", "content": "c"}]}""", """{"prompt_ids": [256, 97]}""");
        CommandLine.Run("generate", "--model", model, "--input", input, "--output", _folder.In("out.jsonl"), "--samples", "3", "--max-new-tokens", "5", "--top-logprobs", "2").Succeeded();
        JsonObject[] rows = _folder.Rows("out.jsonl");
        Assert.That(rows, Has.Length.EqualTo(3));
        Assert.That(rows[0]["prompt"]!.ToString(), Is.EqualTo("ab"));
        foreach (JsonObject row in rows)
        {
            Assert.That(row["responses"]!.AsArray(), Has.Count.EqualTo(3));
            foreach (JsonNode? response in row["responses"]!.AsArray())
            {
                int tokens = response!["ids"]!.AsArray().Count;
                Assert.That(tokens, Is.InRange(1, 5));
                Assert.That(response["logp"]!.GetValue<double>(), Is.EqualTo(response["token_logps"]!.AsArray().Sum(x => (double)x!.GetValue<float>())));
                Assert.That(response["top_logprobs"]!.AsArray(), Has.Count.EqualTo(tokens));
                Assert.That(response["top_logprobs"]![0]!.AsArray(), Has.Count.EqualTo(2));
                Assert.That(response["text"], Is.Not.Null);
            }
        }
    }

    [Test]
    public void The_seed_decides_and_the_batch_does_not()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl", Enumerable.Range(0, 9).Select(i => $$"""{"prompt": "p{{i}}"}"""));
        string Draw(params string[] more) => CommandLine.Run(["generate", "--model", model, "--input", input, "--temperature", "1", "--max-new-tokens", "6", .. more]).Succeeded().Out;
        string first = Draw("--seed", "7");
        Assert.That(Draw("--seed", "7", "--threads", "1"), Is.EqualTo(first));
        Assert.That(Draw("--seed", "8"), Is.Not.EqualTo(first));
    }

    [Test]
    public void One_prompt_prints_its_text()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string[] args = ["generate", "--model", model, "--prompt", "hello", "--temperature", "0", "--max-new-tokens", "8"];
        string text = CommandLine.Run(args).Succeeded().Out;
        JsonObject row = CommandLine.Run([.. args, "--json"]).Succeeded().Json;
        Assert.That(text, Is.EqualTo($"{row["responses"]![0]!["text"]}\n"));
        Assert.That(row["prompt"]!.ToString(), Is.EqualTo("hello"));
    }

    [Test]
    public void With_chat_the_prompt_is_a_user_s_message()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        JsonObject row = CommandLine.Run("generate", "--model", model, "--prompt", "hello", "--chat", "--json", "--max-new-tokens", "2").Succeeded().Json;
        Assert.That(row["prompt"]![0]!["role"]!.ToString(), Is.EqualTo("user"));
    }

    [Test]
    public void A_conversation_answers_line_by_line()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        CliResult result = CommandLine.RunWith("hi\nyou\n", CancellationToken.None, "generate", "--model", model, "--chat", "--json", "--max-new-tokens", "3").Succeeded();
        Assert.That(result.Out.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(2).And.All.Contains("\"role\":\"assistant\""));
    }

    [Test]
    public void A_stop_string_ends_a_response()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string[] args = ["generate", "--model", model, "--prompt", "hello", "--json", "--seed", "3", "--temperature", "1", "--max-new-tokens", "40"];
        string text = CommandLine.Run(args).Succeeded().Json["responses"]![0]!["text"]!.ToString();
        string stop = text.FirstOrDefault(char.IsAsciiLetterOrDigit).ToString();
        JsonNode cut = CommandLine.Run([.. args, "--stop", stop]).Succeeded().Json["responses"]![0]!;
        Assert.That(cut["text"]!.ToString(), Is.EqualTo(text[..(text.IndexOf(stop, StringComparison.Ordinal) + 1)]));
        Assert.That(cut["finish_reason"]!.ToString(), Is.EqualTo("stop"));
    }

    [Test]
    public void Defaults_come_from_the_model_s_generation_config()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        File.WriteAllText(Path.Combine(model, "generation_config.json"), """{"do_sample": false, "max_new_tokens": 3, "eos_token_id": 257}""");
        string Draw(string seed) => CommandLine.Run("generate", "--model", model, "--prompt", "a", "--json", "--seed", seed).Succeeded().Out;
        Assert.That(Draw("1"), Is.EqualTo(Draw("2")), "greedy");
        Assert.That(JsonNode.Parse(Draw("1"))!["responses"]![0]!["ids"]!.AsArray(), Has.Count.LessThanOrEqualTo(3));
    }

    [TestCase("--temperature", "-1")]
    [TestCase("--top-p", "0")]
    [TestCase("--top-p", "2")]
    [TestCase("--samples", "0")]
    [TestCase("--max-new-tokens", "0")]
    public void A_setting_out_of_its_range_is_wrong_usage(string option, string value)
    {
        string model = TinyModel.Write(_folder, "model", 1);
        CommandLine.Run("generate", "--model", model, "--prompt", "a", option, value).FailedWith(2);
    }

    [Test]
    public void Neither_input_nor_prompt_is_wrong_usage()
    {
        CommandLine.Run("generate", "--model", "m").FailedWith(2, "--input F, --prompt TEXT or --chat");
        CommandLine.Run("generate", "--model", "m", "--input", "f", "--prompt", "p").FailedWith(2, "--input F, --prompt TEXT or --chat");
    }
}
