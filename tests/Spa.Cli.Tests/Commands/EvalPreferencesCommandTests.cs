using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

internal sealed class EvalPreferencesCommandTests
{
    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Accuracy_counts_the_margins_that_score_finds()
    {
        string model = TinyModel.Write(_folder, "model", 1), reference = TinyModel.Write(_folder, "reference", 2);
        string input = _folder.Lines("in.jsonl", Enumerable.Range(0, 12).Select(i => $$"""{"prompt": "{{i}}", "chosen": "{{new string('a', 1 + i)}}", "rejected": "{{new string('b', 12 - i)}}"}"""));
        CommandLine.Run("score", "--model", model, "--reference", reference, "--input", input, "--output", _folder.In("scored.jsonl")).Succeeded();
        double[] margins = [.. _folder.Rows("scored.jsonl").Select(row => row["margin"]!.GetValue<double>())];
        JsonObject result = CommandLine.Run("eval", "preferences", "--model", model, "--reference", reference, "--input", input, "--json").Succeeded().Json;
        Assert.That(result["pairs"]!.GetValue<int>(), Is.EqualTo(12));
        Assert.That(result["accuracy"]!.GetValue<double>(), Is.EqualTo(margins.Count(m => m > 0) / 12.0));
        Assert.That(result["buckets"]!.AsArray().Sum(b => b!["pairs"]!.GetValue<int>()), Is.EqualTo(12));
        Assert.That(result["loss"]!.GetValue<double>(), Is.EqualTo(margins.Average(m => Math.Log(1 + Math.Exp(-m)))).Within(1e-12));
    }

    [Test]
    public void For_people_there_is_a_table()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl", """{"prompt": "a", "chosen": "b", "rejected": "cc"}""");
        Assert.That(CommandLine.Run("eval", "preferences", "--model", model, "--input", input).Succeeded().Out, Does.Contain("all pairs").And.Contain("log-likelihood"));
    }

    [Test]
    public void Response_rows_are_refused()
    {
        string model = TinyModel.Write(_folder, "model", 1);
        string input = _folder.Lines("in.jsonl", """{"prompt": "a", "response": "b"}""");
        CommandLine.Run("eval", "preferences", "--model", model, "--input", input).FailedWith(1, "in.jsonl", "preference rows");
    }
}
