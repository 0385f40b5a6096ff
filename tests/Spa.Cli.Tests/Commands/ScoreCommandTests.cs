using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

internal sealed class ScoreCommandTests
{
    // The goldens are float64, we compute in float32: 2e-5 a token (a hundred units in the last place of a log-prob near 10).
    private const double TokenLogp = 2e-5;

    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Preference_rows_get_the_golden_sums_and_margins([Values("llama", "smollm2")] string family)
    {
        string policy = FixtureModels.Policy(family), reference = FixtureModels.Reference(family, _folder);
        string input = _folder.Lines("pairs.jsonl", FixtureModels.PairRows(family));
        CommandLine.Run("score", "--model", policy, "--reference", reference, "--lambda", "0.5", "--beta", "0.1", "--token-logps", "--input", input, "--output", _folder.In("out.jsonl")).Succeeded();
        JsonObject[] rows = _folder.Rows("out.jsonl");
        float[] logps = FixtureModels.Golden(family, "logps"), referenceLogps = FixtureModels.Golden(family, "ref_logps"), extrapolated = FixtureModels.Golden(family, "extrapolated_logps");
        for (int i = 0; i < 4; i++)
        {
            JsonNode side = rows[i / 2][i % 2 == 0 ? "chosen" : "rejected"]!;
            int tokens = side["tokens"]!.GetValue<int>();
            Assert.Multiple(() =>
            {
                Assert.That(side["logp"]!.GetValue<double>(), Is.EqualTo(logps[i]).Within(TokenLogp * tokens));
                Assert.That(side["ref_logp"]!.GetValue<double>(), Is.EqualTo(referenceLogps[i]).Within(TokenLogp * tokens));
                Assert.That(side["ext_logp"]!.GetValue<double>(), Is.EqualTo(extrapolated[i]).Within(2 * TokenLogp * tokens));
                Assert.That(side["reward"]!.GetValue<double>(), Is.EqualTo(0.1 * (side["logp"]!.GetValue<double>() - side["ref_logp"]!.GetValue<double>())));
                foreach (string key in new[] { "token_logps", "ref_token_logps", "ext_token_logps" }) Assert.That(side[key]!.AsArray(), Has.Count.EqualTo(tokens));
            });
        }

        // Four sums of about 40 tokens, times beta.
        Assert.That(rows.Select(row => row["margin"]!.GetValue<double>()), Is.EqualTo(FixtureModels.Golden(family, "dpo_margin")).Within(2e-4));
        Assert.That(rows.Select(row => row["ext_margin"]!.GetValue<double>()), Is.EqualTo(FixtureModels.Golden(family, "dnd_margin")).Within(4e-4));
    }

    [Test]
    public void Without_a_reference_its_fields_are_absent()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl", """{"prompt": "a", "response": "bc", "id": 5}""");
        JsonObject row = CommandLine.Run("score", "--model", model, "--input", input).Succeeded().Json;
        Assert.That(row.Select(pair => pair.Key), Is.EqualTo(new[] { "prompt", "response", "id", "logp", "tokens" }));
        Assert.That(row["tokens"]!.GetValue<int>(), Is.EqualTo(3), "two letters and the end");
    }

    [Test]
    public void Every_form_of_a_response_row_is_scored()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl",
            """{"prompt": [{"role": "user", "content": "a"}], "completion": [{"role": "assistant", "content": "b"}]}""",
            """{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}""",
            """{"text": "abc"}""");
        CommandLine.Run("score", "--model", model, "--reference", TinyModel.Write(_folder, "reference", 2), "--input", input, "--output", _folder.In("out.jsonl")).Succeeded();
        JsonObject[] rows = _folder.Rows("out.jsonl");
        Assert.That(rows[0]["logp"]!.GetValue<double>(), Is.EqualTo(rows[1]["logp"]!.GetValue<double>()), "the same conversation in two forms");
        Assert.That(rows[2]["tokens"]!.GetValue<int>(), Is.EqualTo(3), "all but the first, and the end");
    }

    [Test]
    public void Results_do_not_depend_on_threads()
    {
        string model = TinyModel.Write(_folder, "model", 1), reference = TinyModel.Write(_folder, "reference", 2);
        string input = _folder.Lines("in.jsonl", Enumerable.Range(1, 20).Select(i => $$"""{"prompt": "{{new string('x', i)}}", "response": "{{i}}"}"""));
        string[] args = ["score", "--model", model, "--reference", reference, "--token-logps", "--input", input, "--threads"];
        Assert.That(CommandLine.Run([.. args, "3"]).Succeeded().Out, Is.EqualTo(CommandLine.Run([.. args, "1"]).Succeeded().Out));
    }

    [Test]
    public void Bfloat16_weights_give_other_numbers_near_by()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl", """{"prompt": "a", "response": "bc"}""");
        double full = CommandLine.Run("score", "--model", model, "--input", input).Succeeded().Json["logp"]!.GetValue<double>();
        double half = CommandLine.Run("score", "--model", model, "--input", input, "--dtype", "bfloat16").Succeeded().Json["logp"]!.GetValue<double>();
        Assert.That(half, Is.Not.EqualTo(full));
        // Eight bits of mantissa: weights are off by up to 0.4 %, and so, roughly, are logits near 1.
        Assert.That(half, Is.EqualTo(full).Within(0.2));
    }

    [Test]
    public void An_interrupted_file_is_continued_to_the_same_bytes()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl", Enumerable.Range(0, 400).Select(i => $$"""{"prompt": "p{{i}}", "response": "r{{i}}"}"""));
        string[] Args(string output) => ["score", "--model", model, "--input", input, "--output", _folder.In(output)];
        CommandLine.Run(Args("whole.jsonl")).Succeeded();
        using CancellationTokenSource signal = new();
        using Timer timer = new(_ =>
        {
            if (Directory.GetFiles(_folder.Root, "cut.jsonl.partial-*").Any(file => new FileInfo(file).Length > 0)) signal.Cancel();
        }, null, 0, 1);
        CliResult first = CommandLine.RunWith("", signal.Token, Args("cut.jsonl"));
        if (first.ExitCode == 0) Assert.Ignore("the file was done before the interruption came");
        Assert.That(first.ExitCode, Is.EqualTo(130), first.Error);
        Assert.That(File.Exists(_folder.In("cut.jsonl")), Is.False);
        CliResult second = CommandLine.Run(Args("cut.jsonl")).Succeeded();
        Assert.That(second.Error, Does.Contain("continues behind"));
        Assert.That(File.ReadAllBytes(_folder.In("cut.jsonl")), Is.EqualTo(File.ReadAllBytes(_folder.In("whole.jsonl"))));
        Assert.That(Directory.GetFiles(_folder.Root, "*.partial-*"), Is.Empty);
    }
}
