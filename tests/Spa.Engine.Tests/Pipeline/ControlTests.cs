using Spa.Engine.Pipeline;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>Controls of the loop: runs of their own that share what is the same, and what the report says of them.</summary>
internal sealed class ControlTests
{
    private const string Script = """while read -r line; do echo '{"scores": [0, 1]}'; done""";

    private static readonly string[] s_all = ["control-seed-only", "control-random-judge", "control-gold-judge"];

    [Test]
    public void Every_control_is_trained_evaluated_and_shown_and_an_interruption_changes_nothing()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("needs /bin/sh");
        using TinyRun tiny = new();
        string[] overrides = Overrides(tiny);
        RunFolder folder = tiny.Execute(overrides: overrides);
        string html = File.ReadAllText(folder.Report);
        RunState seedOnly = State(folder, s_all[0]), random = State(folder, s_all[1]), loop = new(folder.State, null);
        int updates = loop.Phases.Where(p => p.Name.EndsWith("/train", StringComparison.Ordinal)).Sum(p => p.Summary["updates"]!.GetValue<int>());
        Assert.Multiple(() =>
        {
            Assert.That(seedOnly.Find("stage-0-seed/train")!.Summary["updates"]!.GetValue<int>(), Is.EqualTo(updates), "as many updates as the whole loop");
            Assert.That(random.Phases.Select(p => p.Name), Is.EqualTo(new[]
            {
                "stage-1/sample", "stage-1/judge", "stage-1/gold", "stage-1/divergence", "stage-1/train", "stage-1/audit", "stage-1/evaluate",
                "stage-2/sample", "stage-2/judge", "stage-2/gold", "stage-2/divergence", "stage-2/train", "stage-2/audit", "stage-2/evaluate",
            }), "the seed stage is the loop's");
            Assert.That(random.Find("stage-1/sample")!.Tokens, Is.Zero, "the first samples are the loop's");
            Assert.That(random.Find("stage-2/sample")!.Tokens, Is.Positive);
            Assert.That(html, Does.Contain($"Seed DPO, {updates} updates").And.Contain("Random judge 2").And.Contain("Gold judge 2"));
            Assert.That(html, Does.Contain("agreement with held-out labels").And.Contain("held-out pairs show").Or.Contain("would gain that much"));
            Assert.That(RunStatus.Read(folder).IsComplete, Is.True);
            string Card(string control, int stage) => File.ReadAllText(Path.Combine(folder.Path, control, RunFolder.StageName(stage), "model", "README.md"));
            Assert.That(Card(s_all[0], 0), Does.Contain($"Seed DPO, {updates} updates").And.Contain("held-out"));
            Assert.That(Card(s_all[1], 2), Does.Contain("Random judge 2").And.Contain("| Judge | random |").And.Contain("chance says which is better").And.Not.Contain("implicit reward, and trains"));
            Assert.That(Card(s_all[2], 1), Does.Contain("Gold judge 1").And.Contain("| Judge | gold |"));
        });
        SortedDictionary<string, string> expected = TinyRun.Outcome(folder.Path);
        using TinyRun stopped = new();
        for (int attempts = 0; !Finished(stopped, attempts); attempts++) Assert.That(attempts, Is.LessThan(60), "every attempt must get further");
        Assert.That(TinyRun.Outcome(stopped.OutputPath), Is.EqualTo(expected));
    }

    [Test]
    public void Status_names_the_control_that_comes_next()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute(overrides: "spa.iterations=1");
        File.WriteAllText(folder.Config, tiny.Config("spa.iterations=1", "spa.controls=[random_judge, seed_only]").ToYaml());
        RunStatus status = RunStatus.Read(folder);
        Assert.That(status.Next, Is.EqualTo("control-seed-only/stage-0-seed/train"));
    }

    [TestCase("spa.controls=[gold_judge]", "needs an oracle")]
    [TestCase("spa.controls=[gold_jugde]", "did you mean")]
    public void A_control_that_cannot_be_is_refused_before_work(string assignment, string message)
    {
        using TinyRun tiny = new();
        Assert.That(() => tiny.Execute(overrides: assignment), Throws.TypeOf<UsageException>().With.Message.Contains(message));
    }

    [Test]
    public void Seed_only_needs_seed_pairs()
    {
        using TinyRun tiny = new();
        Assert.That(() => tiny.Config("spa.seed_dataset=null", "spa.controls=seed_only"), Throws.TypeOf<UsageException>().With.Message.Contains("spa.seed_dataset is missing"));
    }

    private static bool Finished(TinyRun tiny, int attempt)
    {
        using CancellationTokenSource cancel = new();
        CollectingLog log = new(n =>
        {
            if (n == 24 + attempt % 5) cancel.Cancel();
        });
        try
        {
            tiny.Execute(log, cancel.Token, Overrides(tiny));
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static string[] Overrides(TinyRun tiny)
    {
        string script = tiny.In("oracle.sh");
        File.WriteAllText(script, Script);
        return ["spa.controls=[seed_only, random_judge, gold_judge]", $"spa.judging.program=[/bin/sh, {script}]"];
    }

    private static RunState State(RunFolder loop, string control) => new(Path.Combine(loop.Path, control, "run.json"), null);
}
