using System.Text.Json.Nodes;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

internal sealed class EvalAlpacaCommandTests
{
    private const string Data = "data/alpaca-eval/test-only-cc-by-nc-4.0/";

    private readonly TempFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Published_annotations_give_the_leaderboards_figures()
    {
        JsonObject result = CommandLine.Run("eval", "alpaca", "--annotations", Fixtures.Require(Data + "claude-2.1/annotations.json.gz"), "--instruction-difficulty",
            Fixtures.Require(Data + "instruction_difficulty.csv"), "--regularization", Fixtures.Require(Data + "df_gamed.csv"), "--json").Succeeded().Json;
        Assert.That(result["win_rate"]!.GetValue<double>(), Is.EqualTo(15.733506736409938).Within(1e-6));
        Assert.That(result["standard_error"]!.GetValue<double>(), Is.EqualTo(1.120315865445773).Within(1e-6));
        Assert.That(result["n_total"]!.GetValue<int>(), Is.EqualTo(805));
        Assert.That(result["avg_length"]!.GetValue<int>(), Is.EqualTo(1096));
        Assert.That(result["length_controlled_winrate"]!.GetValue<double>(), Is.EqualTo(25.251943886133027).Within(0.02));
        Assert.That(result["length_controlled_winrate_low"]!.GetValue<double>(), Is.LessThan(25.25));
        Assert.That(result["lc_standard_error"]!.GetValue<double>(), Is.GreaterThan(0));
    }

    [Test]
    public void One_of_the_two_files_is_not_enough() =>
        CommandLine.Run("eval", "alpaca", "--annotations", "a", "--regularization", "b").FailedWith(2, "go together");

    [Test]
    public void A_model_is_answered_for_judged_and_ranked_and_a_second_call_does_nothing()
    {
        string model = TinyModel.Write(_folder, "model", 1), reference = TinyModel.Write(_folder, "reference", 2);
        string instructions = _folder.Text("instructions.json", """[{"instruction": "a", "dataset": "d"}, {"instruction": "b"}, {"instruction": "c"}, {"instruction": "e"}]""");
        string baseline = _folder.Text("baseline.json", """[{"instruction": "c", "output": "x", "generator": "base"}, {"instruction": "a", "output": "y"}, {"instruction": "b", "output": "z"}, {"instruction": "e", "output": "w"}]""");
        string[] command = ["eval", "alpaca", "--model", model, "--reference", reference, "--instructions", instructions, "--reference-outputs", baseline, "--output", _folder.In("out"), "--max-new-tokens", "6", "--json"];
        CliResult first = CommandLine.Run(command).Succeeded();
        Assert.That(first.Json["n_total"]!.GetValue<int>(), Is.EqualTo(4));
        JsonArray outputs = JsonNode.Parse(File.ReadAllText(_folder.In("out/model_outputs.json")))!.AsArray();
        Assert.That(outputs[0]!.AsObject().Select(p => p.Key), Is.EqualTo(new[] { "dataset", "instruction", "output", "generator" }), "alpaca_eval's keys");
        JsonArray annotations = JsonNode.Parse(File.ReadAllText(_folder.In("out/annotations.json")))!.AsArray();
        Assert.That(annotations.Select(a => a!["output_1"]!.ToString()), Is.EqualTo(new[] { "y", "z", "x", "w" }), "matched by instruction");
        Assert.That(File.ReadLines(_folder.In("out/leaderboard.csv")).Last(), Does.StartWith("model,"));
        Assert.That(CommandLine.Run([.. command.SkipLast(1)]).Succeeded().Out, Does.Match(@"length-controlled win rate .* \(of length and a bias alone\)\n"), "no difficulties, so no spread over them");
        CliResult second = CommandLine.Run(command).Succeeded();
        Assert.That(second.Out, Is.EqualTo(first.Out));
        Assert.That(second.Error, Does.Contain("alpaca/outputs: done before").And.Contain("alpaca/annotations: done before"));
    }

    [Test]
    public void Given_outputs_are_compared_by_a_model_as_judge_in_the_published_order()
    {
        string judge = TinyModel.Write(_folder, "judge", 3);
        string outputs = _folder.Text("outputs.json", """[{"instruction": "a", "output": "x", "generator": "m"}, {"instruction": "b", "output": "same", "generator": "m"}]""");
        string baseline = _folder.Text("baseline.json", """[{"instruction": "a", "output": "y"}, {"instruction": "b", "output": "same"}]""");
        string prompt = _folder.Text("prompt.txt", "{instruction}|{output_1}|{output_2}");
        JsonObject result = CommandLine.Run("eval", "alpaca", "--model-outputs", outputs, "--reference-outputs", baseline, "--judge", "llm", "--judge-model", judge, "--judge-prompt", prompt, "--output",
            _folder.In("out"), "--json").Succeeded().Json;
        Assert.That(result["n_draws"]!.GetValue<int>(), Is.EqualTo(1), "equal outputs are not shown");
        Assert.That(result["comparisons"]!["comparisons"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(result["model"]!.ToString(), Is.EqualTo("m"));
    }

    [Test]
    public void A_missing_answer_of_the_baseline_is_named()
    {
        string outputs = _folder.Text("outputs.json", """[{"instruction": "a", "output": "x"}]"""), baseline = _folder.Text("baseline.json", """[{"instruction": "b", "output": "y"}]""");
        CommandLine.Run("eval", "alpaca", "--model-outputs", outputs, "--reference-outputs", baseline, "--judge", "random", "--output", _folder.In("out")).FailedWith(1, "no answer to 'a'");
    }
}
