using System.Text.RegularExpressions;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Pipeline.Studies;
using Spa.Engine.Tests.Reporting;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Pipeline.Studies;

/// <summary>recipes/study/smoke.yaml: that arms run, that they are done once, and what is written.</summary>
[NonParallelizable]
[FixtureLifeCycle(LifeCycle.SingleInstance)]
internal sealed partial class StudyRunnerTests
{
    private static readonly string s_smoke = Path.Combine(Fixtures.Root, "recipes", "study", "smoke.yaml");

    private TemporaryFolder _folder = null!;
    private StudyResults _results = null!;

    [OneTimeSetUp]
    public void RunOnce()
    {
        _folder = new TemporaryFolder();
        _results = Run(_folder.FullName, jobs: 2);
    }

    [OneTimeTearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Every_arm_has_its_metrics_for_every_seed()
    {
        StudyExperiment experiment = _results.Study.Experiments.Single();
        foreach (StudyArm arm in experiment.Arms)
            Assert.That(_results.Values(experiment, new StudyPoint(arm.Name, null), StudyMetric.Find("gold")), Has.Length.EqualTo(2).And.All.InRange(-5, 4), arm.Name);
        Assert.That(_results.Values(experiment, new StudyPoint("gold", null), StudyMetric.Find("labels")), Is.All.EqualTo(1), "the gold judge labels by gold");
        Assert.That(_results.LastStage(experiment, experiment.Arm("spa")), Is.EqualTo(2));
        Assert.That(_results.LastStage(experiment, experiment.Arm("seed-4")), Is.Zero);
    }

    [Test]
    public void Policy_optimisation_starts_at_the_SFT_model_and_is_measured_as_one_stage()
    {
        StudyExperiment experiment = _results.Study.Experiments.Single();
        double[] Gold(string arm, int? stage) => _results.Values(experiment, new StudyPoint(arm, stage), StudyMetric.Find("gold"));
        Assert.That(_results.LastStage(experiment, experiment.Arm("rloo")), Is.EqualTo(1));
        Assert.That(Gold("rloo", 0), Is.All.NaN, "there is no seed stage");
        Assert.That(Gold("rloo", -1), Is.EqualTo(Gold("spa", -1)));
        string arm = Path.Combine(_folder.FullName, "small", "seed-1", "rloo");
        Assert.That(File.ReadLines(Path.Combine(arm, "rloo", "prompts.jsonl")).Count(), Is.EqualTo(16), "the prompts of both iterations");
        Assert.That(File.ReadLines(Path.Combine(arm, "rloo", "metrics.jsonl")).Count(), Is.EqualTo(2), "updates");
    }

    [Test]
    public void The_best_of_arms_is_each_seeds_best_by_gold()
    {
        StudyExperiment experiment = _results.Study.Experiments.Single();
        double[] Gold(string arm) => _results.Values(experiment, new StudyPoint(arm, null), StudyMetric.Find("gold"));
        Assert.That(Gold("seed-best"), Is.EqualTo(Gold("seed-4").Zip(Gold("seed-8"), Math.Max)));
    }

    [Test]
    public void Arms_that_begin_alike_have_their_beginning_in_common()
    {
        StudyExperiment experiment = _results.Study.Experiments.Single();
        foreach (StudyMetric metric in StudyMetric.All)
            Assert.That(_results.Values(experiment, new StudyPoint("gold", 0), metric), Is.EqualTo(_results.Values(experiment, new StudyPoint("spa", 0), metric)), metric.Name);
        string[] done = [.. Directory.EnumerateFiles(Path.Combine(_folder.FullName, "shared"), "record.json", SearchOption.AllDirectories).Select(File.ReadAllText)];
        Assert.That(done.Count(text => text.Contains("\"stage-0-seed/train\"", StringComparison.Ordinal)), Is.EqualTo(4), "two lengths of training and two seeds, for ten arms");
        Assert.That(done.Count(text => text.Contains("\"stage-1/sample\"", StringComparison.Ordinal)), Is.EqualTo(2), "three judges, one set of samples a seed");
    }

    [Test]
    public void Models_of_arms_are_not_kept_and_what_they_wrote_is()
    {
        string arm = Path.Combine(_folder.FullName, "small", "seed-1", "spa");
        Assert.That(Directory.EnumerateDirectories(arm, "model", SearchOption.AllDirectories), Is.Empty);
        Assert.That(new[] { "config.yaml", "run.json", "report.html", "stage-2/pairs.jsonl", "stage-2/audit.json" }.Where(f => !File.Exists(Path.Combine(arm, f))), Is.Empty);
    }

    [Test]
    public void Running_a_finished_study_again_does_nothing()
    {
        SortedDictionary<string, DateTime> before = Times();
        var log = new CollectingLog();
        Run(_folder.FullName, jobs: 1, log);
        Assert.That(log.Reports, Is.EqualTo(1), "that all is done");
        SortedDictionary<string, DateTime> after = Times();
        after[Path.Combine(_folder.FullName, "results.json")] = before[Path.Combine(_folder.FullName, "results.json")];
        Assert.That(after, Is.EqualTo(before), "but for results.json, written anew");
    }

    [Test]
    public void A_finished_study_that_was_moved_is_not_run_again()
    {
        using var moved = new TemporaryFolder();
        foreach (string file in Directory.EnumerateFiles(_folder.FullName, "*", SearchOption.AllDirectories))
        {
            string target = moved.File(Path.GetRelativePath(_folder.FullName, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        var log = new CollectingLog();
        Run(moved.FullName, jobs: 1, log);
        Assert.That(log.Reports, Is.EqualTo(1), "that all is done");
    }

    [Test]
    public void A_study_that_was_stopped_goes_on_and_ends_with_the_same_figures_whatever_runs_at_once()
    {
        using var folder = new TemporaryFolder();
        using var cancel = new CancellationTokenSource();
        var log = new CollectingLog(reports => { if (reports == 3) cancel.Cancel(); });
        Assert.That(() => Run(folder.FullName, jobs: 1, log, cancel.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(File.Exists(folder.File("results.json")), Is.False);
        var rest = new CollectingLog();
        StudyResults results = Run(folder.FullName, jobs: 1, rest);
        Assert.That(rest.Details, Has.Count.EqualTo(13).And.ItemAt(0).EqualTo("small, seed 1: gold").And.ItemAt(12).Empty, "an arm is named as it begins; two of fourteen were done, and the end has a report");
        Assert.That(Figures(results), Is.EqualTo(Figures(_results)));
    }

    [Test]
    public void A_document_gets_verdicts_tables_and_plots_between_its_marks_and_keeps_the_rest()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("study.md");
        File.WriteAllText(path, $"# Before\n\n{StudyDocument.Begin}\nOLD RESULTS\n{StudyDocument.End}\n\nAfter\n");
        StudyDocument.Fill(_results, path);
        string text = File.ReadAllText(path);
        StudyDocument.Fill(_results, path);
        Assert.That(File.ReadAllText(path), Is.EqualTo(text), "filling it again changes nothing");
        Assert.That(text, Does.StartWith($"# Before\n\n{StudyDocument.Begin}\n").And.EndWith($"{StudyDocument.End}\n\nAfter\n").And.Not.Contains("OLD"));
        Assert.That(text, Does.Contain("**not decidable at this size**").And.Contain("| SPA - Random judge |"), "two seeds decide nothing");
        foreach (string image in Image().Matches(text).Select(m => m.Groups[1].Value)) Assert.That(File.ReadAllText(folder.File(image)), Does.StartWith("<svg "));
        File.WriteAllText(path, "no marks");
        Assert.That(() => StudyDocument.Fill(_results, path), Throws.InstanceOf<SpaException>().With.Message.Contains(StudyDocument.Begin));
    }

    private static StudyResults Run(string folder, int jobs, RunLog? log = null, CancellationToken cancel = default) => StudyRunner.Run(Study.Load(s_smoke), new StudyOptions
    {
        OutputFolder = folder,
        Jobs = jobs,
        Backend = () => new CpuBackend(new CpuOptions { Threads = 1 }),
    }, log ?? RunLog.Silent, cancel);

    private static string Figures(StudyResults results) => Seconds().Replace(results.ToJson().ToJsonString(), "");

    private SortedDictionary<string, DateTime> Times() =>
        new(Directory.EnumerateFiles(_folder.FullName, "*", SearchOption.AllDirectories).ToDictionary(f => f, File.GetLastWriteTimeUtc), StringComparer.Ordinal);

    [GeneratedRegex(@"""seconds"":[^,]*,")]
    private static partial Regex Seconds();

    [GeneratedRegex(@"!\[[^\]]*\]\(([^)]+)\)")]
    private static partial Regex Image();
}
