using Spa.Engine.Generation;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Tests.Reporting;

namespace Spa.Engine.Tests.Pipeline.Judges;

internal sealed class GoldTests
{
    private readonly TemporaryFolder _folder = new();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Labels_of_all_three_kinds_are_found()
    {
        GoldLabels labels = Labels("""
            {"index": 0, "scores": [0.25, -1]}
            {"prompt": "q", "response": "x", "score": 3}
            {"prompt": [{"role": "user", "content": "q"}], "response": "y", "score": 2}
            {"prompt": "r", "chosen": "x", "rejected": "y"}
            {"prompt": "r", "chosen": "y", "rejected": [{"role": "assistant", "content": "z"}]}
            """);
        Assert.That(labels.Of(Row(0, "q", "x", "y")), Is.EqualTo(new[] { 0.25, -1 }), "by number, before all else");
        Assert.That(labels.Of(Row(1, "q", "x", "y")), Is.EqualTo(new[] { 3.0, 2 }));
        Assert.That(labels.Of(Row(2, "r", "z", "x", "y")), Is.EqualTo(new[] { -1.0, 1, 0 }), "wins minus losses");
        Assert.That(labels.Of(Row(3, "s", "x", "y")), Is.All.NaN, "no label");
    }

    [TestCase("""{"index": 0, "scores": ["a"]}""", "number")]
    [TestCase("""{"prompt": "q", "score": 1}""", "'response'")]
    [TestCase("""{"what": 1}""", "expected a label")]
    public void A_bad_label_is_named(string row, string part) => Assert.That(() => Labels(row), Throws.TypeOf<SpaException>().With.Message.Contains(part).And.Message.Contains(":1"));

    [Test]
    public void Another_number_of_scores_than_responses_is_told() =>
        Assert.That(() => Labels("""{"index": 0, "scores": [1]}""").Of(Row(0, "q", "x", "y")), Throws.TypeOf<SpaException>().With.Message.Contains("2 responses").And.Message.Contains("1 scores"));

    [Test]
    public void A_program_scores_row_by_row()
    {
        // The longer line wins the first response 1: enough of a rule for a shell.
        string script = Script("""while read -r line; do case "$line" in *'"q é"'*) echo '{"scores": [1, null]}';; *) echo '{"scores": [0, 2.5]}';; esac; done""");
        using ProgramJudge judge = new(["/bin/sh", script], TimeSpan.FromSeconds(20));
        List<double[]> rewards = [];
        judge.Judge([Row(0, "q é", "x", "y"), Row(1, "other", "x", "y")], (_, verdict) => rewards.Add(verdict.Rewards), default);
        Assert.That(rewards[0], Is.EqualTo(new[] { 1, double.NaN }));
        Assert.That(rewards[1], Is.EqualTo(new[] { 0, 2.5 }));
    }

    [TestCase("echo oops >&2; exit 3", "ended before it answered row 0")]
    [TestCase("read -r line; echo '{\"scores\": [1]}'", "with 2 numbers")]
    [TestCase("read -r line; echo nonsense", "'nonsense'")]
    [TestCase("read -r line; echo '{\"scores\": [1, 2], \"scores\": [2, 1]}'", "with 2 numbers")]
    [TestCase("read -r line; echo '{\"index\": 1, \"scores\": [1, 2]}'", "in the order of the questions")]
    [TestCase("sleep 30", "within 0.5 seconds")]
    public void A_program_that_does_something_else_is_told(string text, string part)
    {
        using ProgramJudge judge = new(["/bin/sh", Script(text)], TimeSpan.FromSeconds(0.5));
        Assert.That(() => judge.Judge([Row(0, "q", "x", "y")], (_, _) => { }, default), Throws.TypeOf<SpaException>().With.Message.Contains(part));
    }

    [Test]
    public void A_program_that_never_reads_is_told_and_one_that_answers_first_is_heard()
    {
        // More than the 64 KiB that a pipe holds.
        SampledRow row = new(0, new string('x', 200_000), [], [new([], "one", [], Spa.Engine.Generation.FinishReason.Stop), new([], "two", [], Spa.Engine.Generation.FinishReason.Stop)]);
        using ProgramJudge deaf = new(["/bin/sh", Script("sleep 20")], TimeSpan.FromSeconds(0.5));
        Assert.That(() => deaf.Judge([row], (_, _) => { }, CancellationToken.None), Throws.TypeOf<SpaException>().With.Message.Contains("did not answer row 0 within 0.5 seconds"));
        using ProgramJudge quick = new(["/bin/sh", Script("echo '{\"scores\": [2, 1]}'; read -r line")], TimeSpan.FromSeconds(20));
        double[] rewards = [];
        quick.Judge([row], (_, verdict) => rewards = verdict.Rewards, CancellationToken.None);
        Assert.That(rewards, Is.EqualTo(new[] { 2.0, 1 }));
    }

    [Test]
    public void A_program_that_is_not_there_is_told()
    {
        using ProgramJudge judge = new(["/no/such/oracle"], TimeSpan.FromSeconds(1));
        Assert.That(() => judge.Judge([Row(0, "q", "x", "y")], (_, _) => { }, default), Throws.TypeOf<SpaException>().With.Message.Contains("cannot be started"));
    }

    private static SampledRow Row(int index, string prompt, params string[] texts) => new(index, prompt, [], [.. texts.Select(t => new SampledResponse([], t, [], FinishReason.Stop))]);

    private GoldLabels Labels(string rows)
    {
        string file = Path.Combine(_folder.FullName, $"{Guid.NewGuid()}.jsonl");
        File.WriteAllText(file, rows);
        return new GoldLabels(file);
    }

    private string Script(string text)
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("needs /bin/sh");
        string file = Path.Combine(_folder.FullName, $"{Guid.NewGuid()}.sh");
        File.WriteAllText(file, text);
        return file;
    }
}
