using System.Text.Json.Nodes;
using Spa.Benchmarks.Baselines;

namespace Spa.Benchmarks.Tests;

/// <summary>The verbs from result files to exit codes.</summary>
internal sealed class BenchmarkVerbsTests
{
    [Test]
    public void A_baseline_is_made_from_results_and_the_same_results_pass()
    {
        using BenchmarkFolder folder = new();
        string results = folder.Results("then", BenchmarkFolder.Run());
        Assert.That(Call(folder, "baseline", "--machine", "made-up", "--from", results).Code, Is.EqualTo(BenchmarkVerbs.Done));
        JsonNode written = JsonNode.Parse(File.ReadAllText(folder.In("bench", "baselines", "made-up.json")))!;
        JsonNode op = written["cases"]!.AsArray().Single(c => c!["name"]!.GetValue<string>().StartsWith("RowKernel", StringComparison.Ordinal))!;
        Assert.Multiple(() =>
        {
            Assert.That(written["host"]!["processor"]!.GetValue<string>(), Is.EqualTo("Made-up CPU"));
            Assert.That(written["date"]!.GetValue<string>(), Does.Match(@"^\d{4}-\d\d-\d\d$"));
            Assert.That(op["gigabytes"]!.GetValue<double>(), Is.EqualTo(10).Within(1e-9));
            Assert.That(op["of_ceiling"]!["median"]!.GetValue<double>(), Is.EqualTo(0.5).Within(1e-9));
            Assert.That(op["samples"]!.GetValue<int>(), Is.EqualTo(15));
        });
        (int code, string output, _) = Call(folder, "compare", "--from", results);
        Assert.That(code, Is.EqualTo(BenchmarkVerbs.Done));
        Assert.That(output, Does.EndWith("no regression in 3 compared cases\n"));
    }

    [TestCase(1, 130e6, 0, BenchmarkVerbs.Regression, "SLOWER")]
    [TestCase(1, 130e6, 0, BenchmarkVerbs.Done, "no regression", "--threshold", "0.5")]
    [TestCase(1, 100e6, 64, BenchmarkVerbs.Regression, "0 -> 64 B")]
    [TestCase(1, 70e6, 0, BenchmarkVerbs.Done, "faster")]
    public void Exit_code_and_table_say_what_changed(double slower, double op, long allocated, int code, string says, params string[] options)
    {
        using BenchmarkFolder folder = new();
        Call(folder, "baseline", "--machine", "made-up", "--from", folder.Results("then", BenchmarkFolder.Run()));
        var result = Call(folder, ["compare", "--from", folder.Results("now", BenchmarkFolder.Run(slower, op, allocated)), .. options]);
        Assert.That((result.Code, result.Error), Is.EqualTo((code, "")));
        Assert.That(result.Output, Does.Contain(says));
    }

    [TestCase(200e6, BenchmarkVerbs.Done, Description = "a machine half as fast takes twice the time")]
    [TestCase(260e6, BenchmarkVerbs.Regression)]
    public void Another_machine_is_compared_by_shares(double op, int code)
    {
        using BenchmarkFolder folder = new();
        Call(folder, "baseline", "--machine", "made-up", "--from", folder.Results("then", BenchmarkFolder.Run()));
        Assert.That(Call(folder, "compare", "--from", folder.Results("now", BenchmarkFolder.Run(2, op), "Other CPU")).Code, Is.EqualTo(code));
    }

    [Test]
    public void The_iterations_of_several_runs_count_together()
    {
        using BenchmarkFolder folder = new();
        string first = folder.Results("a", [BenchmarkFolder.Case(BenchmarkFolder.Op, 100)]), second = folder.Results("b", [BenchmarkFolder.Case(BenchmarkFolder.Op, 110)]);
        CaseResult joined = ResultFiles.Read([first, second]).Cases.Single();
        Measure measure = Measure.Of(joined.Nanoseconds);
        Assert.That(joined.Nanoseconds, Has.Length.EqualTo(30));
        Assert.That((measure.Low < 102, measure.High > 108), Is.EqualTo((true, true)), "the band reaches from one run to the other");
    }

    [Test]
    public void Mistakes_are_one_line_and_exit_code_2()
    {
        using BenchmarkFolder folder = new();
        void Fails(string message, params string[] args)
        {
            (int code, _, string error) = Call(folder, args);
            Assert.That(code, Is.EqualTo(BenchmarkVerbs.Mistake), message);
            Assert.That(error.TrimEnd('\n').Split('\n'), Is.EqualTo(new[] { "error: " + message }));
        }
        string run = folder.Results("run", BenchmarkFolder.Run()), other = folder.Results("other", BenchmarkFolder.Run(), "Other CPU");
        string twice = folder.Results("twice", BenchmarkFolder.Run());
        folder.Results("twice", BenchmarkFolder.Run(), file: "Again");
        string broken = folder.Results("broken", []);
        File.WriteAllText(Path.Combine(broken, "results", "All-report-full.json"), "[1]");
        File.WriteAllText(folder.In("baseline.json"), "{}");
        Assert.Multiple(() =>
        {
            Fails("baseline: --machine is missing; name the machine, such as --machine epyc-2core", "baseline");
            Fails("baseline: --machine 'A b' is no file name; use small letters, digits, '.', '_' and '-'", "baseline", "--machine", "A b");
            Fails("compare: unknown option '--machine'; expected --baseline, --from, --threshold", "compare", "--machine", "a");
            Fails("compare: --from needs a value", "compare", "--from");
            Fails("compare: --threshold '5%' is no number from 0 to 1; 0.05 is 5 %", "compare", "--threshold", "5%");
            Fails($"'{folder.In("none")}' has no *-report-full.json; run the benchmarks first, or name their BenchmarkDotNet.Artifacts folder with --from", "compare", "--from", folder.In("none"));
            Fails($"'{folder.In("bench", "baselines")}' has no baseline; write one with the verb baseline, or name a file with --baseline", "compare", "--from", run);
            Assert.That(Call(folder, "compare", "--from", run, "--from", other).Error, Does.StartWith($"error: '{Path.Combine(other, "results", "All-report-full.json")}' was measured on another machine"));
            Assert.That(Call(folder, "compare", "--from", twice).Error, Does.Match("^error: '.*' stands in '.*Again-report-full.json' and in '.*All-report-full.json'; remove the folder and run one job\n$"));
            Assert.That(Call(folder, "compare", "--from", broken).Error, Does.Match("^error: '.*' is not a full JSON report of BenchmarkDotNet .*; remove it and run the benchmark again\n$"));
            Assert.That(Call(folder, "compare", "--from", run, "--baseline", folder.In("baseline.json")).Error, Does.Match("^error: '.*' is not a baseline .*; write it again with the verb baseline\n$"));
            Assert.That(Call(folder, "compare", "--from", run, "--baseline", folder.In("missing.json")).Error, Does.StartWith("error: cannot read baseline '"));
        });
    }

    [Test]
    public void Nothing_in_common_is_a_mistake_and_no_pass()
    {
        using BenchmarkFolder folder = new();
        Call(folder, "baseline", "--machine", "made-up", "--from", folder.Results("then", [BenchmarkFolder.Case("Spa.Benchmarks.A", 5)]));
        Assert.That(Call(folder, "compare", "--from", folder.Results("now", [BenchmarkFolder.Case("Spa.Benchmarks.B", 5)])).Code, Is.EqualTo(BenchmarkVerbs.Mistake));
    }

    [Test]
    public void Of_several_baselines_the_one_of_this_machine_is_taken()
    {
        using BenchmarkFolder folder = new();
        string run = folder.Results("then", BenchmarkFolder.Run());
        Call(folder, "baseline", "--machine", "this", "--from", run);
        Call(folder, "baseline", "--machine", "that", "--from", folder.Results("other", BenchmarkFolder.Run(), "Other CPU"));
        Assert.That(Call(folder, "compare", "--from", run).Output, Does.StartWith("then: this, "));
        Assert.That(Call(folder, "compare", "--from", folder.Results("third", BenchmarkFolder.Run(), "Third CPU")).Error, Does.Match("^error: 0 baselines are of this machine .*name one of that, this with --baseline"));
    }

    private static (int Code, string Output, string Error) Call(BenchmarkFolder folder, params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        int code = BenchmarkVerbs.Run(args, folder.In("bench"), output, error);
        return (code, output.ToString(), error.ToString());
    }
}
