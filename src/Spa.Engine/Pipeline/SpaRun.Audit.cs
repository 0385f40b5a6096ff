using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Evaluation.Statistics;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.Audits;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Reporting.TensorBoard;

namespace Spa.Engine.Pipeline;

public sealed partial class SpaRun
{
    // The mean over so many is known to a twentieth of their spread.
    private const int DivergenceResponses = 400;

    // Its rewards are beta log-ratios to pi_sft, and their mean tells the divergence.
    private bool JudgesAgainstSft => _judge.Kind == JudgeKind.Implicit && _config.Spa.JudgeReference == "sft";

    /// <summary>The oracle's score of every response, where the configuration names one: the audit compares judge and flags with it.</summary>
    private PhaseRecord? ScoreByGold(int iteration, PhaseRecord samples)
    {
        if (_gold is null) return null;
        string phase = $"{RunFolder.StageName(iteration)}/gold", file = _folder.GoldScores(iteration);
        var inputs = new JsonObject { ["samples"] = samples.Key, ["gold"] = _gold.Identity() };
        return _state.Run(phase, inputs, [file], _context.Log, key =>
        {
            SampledRow[] rows = ReadSamples(iteration);
            using var output = new PartialRows(file, key);
            using IResponseJudge gold = JudgeFactory.Create(_gold, _context.Backend, _context.MatrixType);
            for (int done = output.Existing.Count; done < rows.Length;)
            {
                _context.Cancel.ThrowIfCancellationRequested();
                SampledRow[] chunk = rows[done..Math.Min(rows.Length, done + JudgeChunk)];
                gold.Judge(chunk, (i, verdict) =>
                {
                    output.Append(new JsonObject
                    {
                        ["index"] = chunk[i].Index,
                        ["scores"] = new JsonArray([.. verdict.Rewards.Select(r => double.IsFinite(r) ? (JsonNode)r : null)]),
                    });
                    _context.Log.Progress(phase, ++done, rows.Length, "prompts");
                }, _context.Cancel);
            }
            output.Commit();
            return new PhaseResult(new JsonObject { ["prompts"] = rows.Length });
        });
    }

    /// <summary>
    /// An estimate of the KL divergence of the sampler from pi_sft, where the judge's rewards do not tell it: the mean of log pi_{t-1}(y|x) - log pi_sft(y|x) over
    /// some of the samples, spread evenly.
    /// </summary>
    private PhaseRecord? MeasureDivergence(int iteration, PhaseRecord samples, StageModel sft)
    {
        if (JudgesAgainstSft) return null;
        string phase = $"{RunFolder.StageName(iteration)}/divergence";
        var inputs = new JsonObject { ["samples"] = samples.Key, ["reference"] = sft.Key };
        return _state.Run(phase, inputs, [], _context.Log, _ =>
        {
            SampledRow[] all = ReadSamples(iteration);
            int count = Math.Min(all.Length, Math.Max(1, DivergenceResponses / _config.Spa.SamplesPerPrompt));
            SampledRow[] rows = [.. Enumerable.Range(0, count).Select(i => all[(long)i * all.Length / count])];
            List<double> ratios = [];
            using Model model = Load(sft);
            using ImplicitJudge judge = new(1, model, LongestRow(rows));
            int done = 0;
            judge.Judge(rows, (_, verdict) =>
            {
                ratios.AddRange(verdict.Rewards.Where(double.IsFinite));
                _context.Log.Progress(phase, ++done, rows.Length, "prompts");
            }, _context.Cancel);
            return new PhaseResult(ratios.Count == 0 ? [] : new JsonObject { ["kl_to_sft"] = StageAudit.ToJson(Interval.Mean([.. ratios])) });
        });
    }

    /// <summary>audit.json of an iteration, from what its other phases left; its figures also as TensorBoard events, the iteration as their step.</summary>
    private void Audit(int iteration, PhaseRecord samples, PhaseRecord judged, PhaseRecord trained, PhaseRecord? gold, PhaseRecord? divergence)
    {
        var inputs = new JsonObject { ["judged"] = judged.Key, ["trained"] = trained.Key, ["gold"] = gold?.Key };
        if (divergence is not null) inputs["divergence"] = divergence.Key;
        _state.Run($"{RunFolder.StageName(iteration)}/audit", inputs, [_folder.Audit(iteration)], _context.Log, _ =>
        {
            List<JudgedRow> decisions = ReadDecisions(iteration);
            PairMargin[] margins = [.. RowReader.Read(_folder.Margins(iteration)).Select(row => PairMargin.FromJson(row.Json))];
            JsonObject audit = StageAudit.OfJudgement(decisions, _config.Training.Beta, samples.Summary["sampler_scorer_difference"]!.GetValue<double>(), JudgesAgainstSft);
            if (divergence?.Summary["kl_to_sft"] is { } kl) audit["kl_to_sft"] = kl.DeepClone();
            StageAudit.AddTraining(audit, margins, TrainingSetup.Refinement(_config.Spa, iteration));
            if (StatisticsOf(decisions).ToJson() is { } comparisons) audit["comparisons"] = comparisons;
            if (judged.Summary["usage"] is { } usage) audit["usage"] = usage.DeepClone();
            if (_config.Spa.Judging.Calibrate) audit["calibration"] = JsonFiles.ReadObject(_folder.Calibration(iteration));
            if (gold is not null && GoldAudit.Of(decisions, margins, ReadGold(iteration), _config.Training.Seed) is { } figures) audit["gold"] = figures;
            AtomicFile.WriteAllText(_folder.Audit(iteration), audit.ToJsonString(StageAudit.Indented) + "\n");
            if (_config.Training.ReportTo.Contains("tensorboard")) WriteEvents(iteration, audit, margins);
            return new PhaseResult([]);
        });
    }

    private void WriteEvents(int iteration, JsonObject audit, PairMargin[] margins)
    {
        using var events = EventFileWriter.Create(_folder.TensorBoard, DateTimeOffset.UtcNow);
        events.Scalars(DateTimeOffset.UtcNow, iteration, AuditFigures.Of(audit, "audit/"));
        events.Histogram(DateTimeOffset.UtcNow, iteration, "audit/extrapolated_margins", [.. margins.Select(m => m.Extrapolated)]);
    }

    private Dictionary<int, double[]> ReadGold(int iteration) =>
        RowReader.Read(_folder.GoldScores(iteration)).ToDictionary(row => row.Json["index"]!.GetValue<int>(),
            row => row.Json["scores"]!.AsArray().Select(score => score?.GetValue<double>() ?? double.NaN).ToArray());

    // The decisions of pairs.jsonl again, from the rewards that it holds.
    private List<JudgedRow> ReadDecisions(int iteration)
    {
        JudgeSettings settings = Seeded(_judge, iteration);
        var decisions = new List<JudgedRow>();
        JsonObject[] lines = [.. RowReader.Read(_folder.Pairs(iteration)).Select(row => row.Json)];
        int line = 0;
        foreach (SampledRow row in ReadSamples(iteration))
        {
            int before = decisions.Count;
            decisions.AddRange(Decide(row, new RowVerdict(Rewards(lines[line]), lines[line]["judgement"]?.AsObject()), settings));
            line += decisions.Count - before;
        }
        return decisions;
    }

    private static JudgeStatistics StatisticsOf(List<JudgedRow> decisions)
    {
        JudgeStatistics statistics = new();
        foreach (JudgedRow decision in decisions.DistinctBy(d => d.Sampled)) statistics.Add(decision.Details);
        return statistics;
    }
}
