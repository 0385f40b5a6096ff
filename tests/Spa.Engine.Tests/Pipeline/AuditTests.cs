using System.Text.Json.Nodes;
using Spa.Engine.Generation;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Audits;
using Spa.Engine.Pipeline.Comparison;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Preference;
using Spa.Engine.Reporting;
using Spa.Engine.Tests.Reporting;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>audit.json with an oracle: its figures, where they are shown, and that the order of prompts changes none.</summary>
internal sealed class AuditTests
{
    // The oracle likes what comes later in the alphabet of a checksum: as good as chance, and the same every time.
    private const string Script = """
        while read -r line; do
          first=$(printf '%s' "$line" | cksum | cut -d' ' -f1)
          echo "{\"scores\": [$((first % 7)), $((first % 5))]}"
        done
        """;

    [Test]
    public void Gold_figures_are_in_the_audit_the_report_the_model_card_and_the_event_files()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("needs /bin/sh");
        using TinyRun tiny = new();
        string script = tiny.In("oracle.sh");
        File.WriteAllText(script, Script);
        RunFolder folder = tiny.Execute(overrides: [$"spa.judging.program=[/bin/sh, {script}]", "spa.iterations=1", "spa.refine_warmup_ratio=0"]);
        JsonObject audit = JsonNode.Parse(File.ReadAllText(folder.Audit(1)))!.AsObject(), gold = audit["gold"]!.AsObject();
        string html = File.ReadAllText(folder.Report), card = File.ReadAllText(Path.Combine(folder.Model(1), "README.md"));
        Dictionary<string, double> events = Scalars(folder.TensorBoard);
        Assert.Multiple(() =>
        {
            Assert.That(gold.Select(p => p.Key), Is.SupersetOf(new[] { "score", "pairs", "even", "agreement", "calibration_error", "by_margin", "calibration_curve" }));
            Assert.That(gold["by_margin"]!.AsArray().Sum(part => part!["pairs"]!.GetValue<int>()), Is.EqualTo(gold["pairs"]!.GetValue<int>()));
            Assert.That(audit["self_bleu"]!.GetValue<double>(), Is.InRange(0, 1));
            Assert.That(audit["distinct_2"]!.GetValue<double>(), Is.GreaterThan(audit["distinct_1"]!.GetValue<double>()));
            Assert.That(audit["flag_overlap"], Is.Not.Null);
            Assert.That(html, Does.Contain("Judge agrees with gold labels").And.Contain("Calibration of the judge").And.Contain("Self-BLEU"));
            Assert.That(card, Does.Contain("Judge agrees with gold labels").And.Contain("Self-BLEU").And.Contain("Agreement"));
            foreach ((string name, double value) in AuditFigures.Of(audit, "audit/")) Assert.That(events[name], Is.EqualTo((float)value), name);
            Assert.That(events.Keys, Does.Contain("audit/gold/agreement").And.Contain("audit/distinct_1"));
        });
    }

    [Test]
    public void Prompts_in_another_order_have_the_same_audit() => Gen.Select(Gen.Int[0, 1000], Gen.Int[3, 20]).Sample((seed, count) =>
    {
        var random = new Random(seed);
        JudgedRow[] rows = [.. Enumerable.Range(0, count).Select(i => Row(i, random))];
        PairMargin[] margins = [.. rows.Where(r => r.IsPair).Select(_ => new PairMargin(random.NextDouble() - 0.4, random.NextDouble() - 0.4, random.Next(4) == 0))];
        Dictionary<int, double[]> scores = rows.ToDictionary(r => r.Sampled.Index, _ => new double[] { random.Next(4), random.Next(4) });
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle(order);
        // Margins are in the order of the pairs.
        var ofRow = rows.Where(r => r.IsPair).Zip(margins).ToDictionary(p => p.First.Sampled.Index, p => p.Second);
        JudgedRow[] shuffled = [.. order.Select(i => rows[i])];
        PairMargin[] shuffledMargins = [.. shuffled.Where(r => r.IsPair).Select(r => ofRow[r.Sampled.Index])];
        Dictionary<string, double> before = Figures(rows, margins, scores), after = Figures(shuffled, shuffledMargins, scores);
        Assert.That(after.Keys, Is.EquivalentTo(before.Keys));
        // Self-BLEU looks at first responses of all here; sums run in another order.
        foreach ((string name, double value) in before) Assert.That(after[name], Is.EqualTo(value).Within(1e-9), name);
    }, iter: 60);

    [Test]
    public void Rows_in_another_order_or_in_parts_get_the_same_verdicts([Values("random", "gold")] string name) => Gen.Int[0, 1000].Sample(seed =>
    {
        var random = new Random(seed);
        SampledRow[] rows = [.. Enumerable.Range(0, 12).Select(i => Row(i, random).Sampled)];
        using IResponseJudge judge = name == "random" ? new RandomJudge((ulong)seed) : new GoldJudge(Labels(rows, random));
        Dictionary<int, double[]> whole = Verdicts(judge, rows);
        SampledRow[] shuffled = [.. rows];
        random.Shuffle(shuffled);
        Dictionary<int, double[]> parts = [];
        // Two ranks, each with its own judge.
        foreach (SampledRow[] part in new[] { shuffled[..5], shuffled[5..] })
            foreach ((int index, double[] rewards) in Verdicts(judge, part)) parts[index] = rewards;
        foreach (SampledRow row in rows) Assert.That(parts[row.Index], Is.EqualTo(whole[row.Index]));
    }, iter: 20);

    [Test]
    public void Runs_are_compared_by_their_last_stages_and_the_settings_that_differ()
    {
        using TinyRun one = new(), two = new();
        RunFolder first = one.Execute(overrides: "spa.iterations=1"), second = two.Execute(overrides: ["spa.iterations=1", "spa.flag=drop", "spa.refine_warmup_ratio=0"]);
        RunComparison comparison = new([first.Path, second.Path]);
        string text = string.Join('\n', comparison.Lines()), html = ReportWriter.Render(comparison.ToReport());
        JsonObject json = comparison.ToJson();
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Contain("SPA 1").And.Contain("Agreement with held-out labels").And.Match("spa.flag +\"smooth\" +\"drop\""));
            Assert.That(json["differences"]!["spa.flag"]!.ToJsonString(), Is.EqualTo("""["\u0022smooth\u0022","\u0022drop\u0022"]"""));
            Assert.That(json["runs"]![1]!["stages"]!.AsArray().Select(s => s!["name"]!.ToString()), Is.EqualTo(new[] { "SFT", "Seed DPO", "SPA 1" }));
            Assert.That(html, Does.Contain("Spa comparison of runs").And.Contain("Agreement by stage").And.Contain("spa.flag: "));
            Assert.That(() => new RunComparison([first.Path, one.Root]), Throws.TypeOf<SpaException>().With.Message.Contains("is not a run folder"));
            Assert.That(() => new RunComparison([first.Path]), Throws.TypeOf<UsageException>());
        });
    }

    private static Dictionary<string, double> Figures(JudgedRow[] rows, PairMargin[] margins, Dictionary<int, double[]> scores)
    {
        JsonObject audit = StageAudit.OfJudgement(rows, 0.1, 0, againstSft: true);
        StageAudit.AddTraining(audit, margins, new RefinementSettings());
        audit["gold"] = GoldAudit.Of(rows, margins, scores, 1);
        // Resampling draws pairs by their places: its bounds differ, its value does not.
        return AuditFigures.Of(audit).ToDictionary(f => f.Key, f => f.Value);
    }

    private static JudgedRow Row(int index, Random random)
    {
        SampledResponse Response()
        {
            int[] ids = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => random.Next(2, 12))];
            return new SampledResponse(ids, string.Join(' ', ids), [.. ids.Select(_ => -random.NextSingle())], random.Next(3) == 0 ? FinishReason.Length : FinishReason.Stop);
        }
        SampledRow row = new(index, $"prompt {index}", [2, 3], [Response(), Response()]);
        double[] rewards = [random.NextDouble(), random.NextDouble()];
        return new JudgedRow(row, rewards, PairDecisions.Of(row, rewards, new JudgeSettings())[0], "implicit");
    }

    private static GoldLabels Labels(SampledRow[] rows, Random random)
    {
        string path = Path.GetTempFileName();
        File.WriteAllLines(path, rows.Select(r => $$"""{"index": {{r.Index}}, "scores": [{{random.Next(5)}}, {{random.Next(5)}}]}"""));
        GoldLabels labels = new(path);
        File.Delete(path);
        return labels;
    }

    private static Dictionary<int, double[]> Verdicts(IResponseJudge judge, SampledRow[] rows)
    {
        Dictionary<int, double[]> verdicts = [];
        judge.Judge(rows, (i, verdict) => verdicts[rows[i].Index] = verdict.Rewards, default);
        return verdicts;
    }

    // Tags and values of all scalars, as another reader of the format sees them.
    private static Dictionary<string, double> Scalars(string folder) => Directory.GetFiles(folder).SelectMany(EventFileReader.Read).Where(e => e.Has(5))
        .SelectMany(e => e.Messages(5)).SelectMany(summary => summary.Messages(1)).Where(value => value.Has(2))
        .GroupBy(value => value.String(1)).ToDictionary(group => group.Key, group => (double)group.Last().Float(2));
}
