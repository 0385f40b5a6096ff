using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Demo;
using Spa.Engine.Tests.Reporting;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>The demo on the shipped model, small: that every part is there and is done once.</summary>
[NonParallelizable]
[FixtureLifeCycle(LifeCycle.SingleInstance)]
internal sealed class DemoRunTests
{
    private TemporaryFolder _folder = null!;
    private CpuBackend _backend = null!;
    private DemoResult _result = null!;

    private RunContext Context => new(_backend, DType.Float32, RunLog.Silent, CancellationToken.None);

    private DemoOptions Options => new()
    {
        OutputFolder = _folder.FullName,
        Seed = 5,
        SeedPairs = 8,
        HeldOut = 12,
        Prompts = [8, 8],
        Overrides = ["spa.seed_num_train_epochs=2", "per_device_train_batch_size=4"],
    };

    [OneTimeSetUp]
    public void Run()
    {
        _folder = new TemporaryFolder();
        _backend = new CpuBackend();
        _result = Demo.Run(Options, Context);
    }

    [OneTimeTearDown]
    public void Close()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void The_table_has_every_stage_and_then_the_controls()
    {
        Assert.That(_result.Scores.TakeWhile(s => !s.IsControl).Select(s => s.Name), Is.EqualTo(new[] { "SFT", "Seed DPO", "SPA 1", "SPA 2" }));
        Assert.That(_result.Scores.SkipWhile(s => !s.IsControl).Select(s => s.Name), Is.EqualTo(new[] { "Random judge 1", "Random judge 2", "Seed DPO, 8 updates" }));
        Assert.That(_result.Scores.Skip(1).Select(s => s.Judge.Value), Has.All.InRange(0, 1));
        Assert.That(_result.Scores.Select(s => s.GoldByPrompt.Count), Has.All.EqualTo(12));
    }

    [Test]
    public void Six_prompts_are_shown_before_and_after()
    {
        Assert.That(_result.Samples, Has.Count.EqualTo(6));
        Assert.That(_result.Samples.Select(s => string.Join(", ", s.Answers.Select(a => a.Model))), Has.All.EqualTo("SFT, Seed DPO, SPA 2"));
    }

    [Test]
    public void Text_and_report_hold_the_table_and_say_where_they_are()
    {
        string text = _result.ToText(), report = File.ReadAllText(_result.Report);
        Assert.That(text, Does.Contain(_result.Report).And.Contain("Seed DPO, 8 updates (control)").And.Contain(_result.Samples[0].Answers[2].Text));
        Assert.That(report, Does.Contain("Gold score on held-out prompts").And.Contain("Random judge 2").And.Contain(_result.Samples[0].Prompt));
    }

    [Test]
    public void Its_folder_is_a_run_folder_that_spa_run_takes_as_it_is()
    {
        var config = RunConfig.Load(Path.Combine(_folder.FullName, "config.yaml"), ConfigurationStage.Run, [], out _);
        var log = new NoticeLog();
        using (var run = new SpaRun(config, Context with { Log = log }, [])) run.Execute();
        Assert.That(log.Notices.Where(n => n.Contains("done before")), Has.Exactly(31).Items,
            "of the loop 4 evaluations, 3 trainings, 2 samplings, 2 judgements, 2 by gold, 2 audits, of the controls 3, 3, 2, 2, 2, 2 and 2 divergences, and nothing else");
        Assert.That(log.Notices, Has.None.Contains("done again"));
    }

    [Test]
    public void A_second_call_does_nothing_and_says_the_same()
    {
        string gold = Path.Combine(_folder.FullName, "gold.json"), before = File.ReadAllText(gold);
        var log = new NoticeLog();
        DemoResult again = Demo.Run(Options, Context with { Log = log });
        Assert.That(again.ToText(), Is.EqualTo(_result.ToText()));
        Assert.That(File.ReadAllText(gold), Is.EqualTo(before));
        Assert.That(log.Phases, Is.Empty);
    }

    [Test]
    public void The_judge_decides_the_pairs_and_chance_those_of_the_control()
    {
        IEnumerable<string> Judges(string folder) => File.ReadLines(new RunFolder(folder).Pairs(1)).Select(l => System.Text.Json.Nodes.JsonNode.Parse(l)!["judge"]!.GetValue<string>());
        Assert.That(Judges(_folder.FullName), Has.All.EqualTo("implicit"));
        Assert.That(Judges(Path.Combine(_folder.FullName, "control-random-judge")), Has.All.EqualTo("random"));
    }

    [Test]
    public void Prompts_of_seed_iterations_and_evaluation_do_not_overlap()
    {
        string[] files = ["seed.jsonl", "x1.jsonl", "x2.jsonl", "held-out.jsonl"];
        string[] prompts = [.. files.SelectMany(f => File.ReadLines(Path.Combine(_folder.FullName, "data", f)))
            .Select(l => System.Text.Json.Nodes.JsonNode.Parse(l)!["prompt"]![0]!["content"]!.GetValue<string>())];
        Assert.That(prompts, Is.Unique);
        Assert.That(prompts, Has.Length.EqualTo(8 + 8 + 8 + 12));
    }

    [Test]
    public void Several_seeds_give_means_and_paired_differences()
    {
        using var folder = new TemporaryFolder();
        DemoSeries series = Demo.RunSeeds(Options with { OutputFolder = folder.FullName, Controls = false, HeldOut = 6 }, 2, Context);
        Assert.That(series.Results.Select(r => r.Seed), Is.EqualTo(new[] { 5u, 6u }));
        double[] differences = [.. series.Results.Select(r => r.Scores[^1].Gold.Value - r.Scores[1].Gold.Value)];
        Assert.That(series.ToText(), Does.Contain($"| SPA 2 - Seed DPO | {differences.Average():+0.00;-0.00} ±"));
    }

    private sealed class NoticeLog : RunLog
    {
        public List<string> Notices { get; } = [];

        public HashSet<string> Phases { get; } = [];

        public override void Notice(string message) => Notices.Add(message);

        public override void Progress(string phase, long done, long total, string unit, string detail = "") => Phases.Add(phase);
    }
}
