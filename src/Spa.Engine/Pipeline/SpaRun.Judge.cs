using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Preference;

namespace Spa.Engine.Pipeline;

public sealed partial class SpaRun
{
    // Rows judged between two looks at the clock and the cancellation.
    private const int JudgeChunk = 64;

    /// <summary>Rewards of all responses; the pairs that are taken of them, the best against the worst unless the configuration says otherwise.</summary>
    private PhaseRecord Judge(int iteration, PhaseRecord samples, StageModel policy, StageModel? reference)
    {
        JudgeSettings judging = Calibrated(_judge, iteration, policy, reference);
        JudgeSettings settings = Seeded(judging, iteration) with { Model = _judge.Model ?? policy.Path };
        var inputs = new JsonObject
        {
            ["samples"] = samples.Key,
            ["judge"] = _config.Spa.Judge,
            ["reference"] = reference?.Key,
            ["beta"] = _config.Training.Beta,
            ["seed"] = _config.Training.Seed,
        };
        bool plain = settings is { Pairs: PairSelection.BestWorst, Filter: ResponseFilter.Empty, Adjustment.IsNone: true };
        if (settings.Kind is not (JudgeKind.Implicit or JudgeKind.Random) || !plain) inputs["judging"] = judging.Identity();
        string phase = $"{RunFolder.StageName(iteration)}/judge";
        return _state.Run(phase, inputs, [_folder.Pairs(iteration)], _context.Log, key =>
        {
            SampledRow[] rows = ReadSamples(iteration);
            using var output = new PartialRows(_folder.Pairs(iteration), key);
            List<JudgedRow> decisions = [];
            int done = TakeUp(output, rows, settings, decisions);
            using Model? model = reference is null || settings.Kind != JudgeKind.Implicit ? null : Load(reference);
            using IResponseJudge judge = MakeJudge(settings, model, rows);
            _context.Log.Progress(phase, done, rows.Length, "prompts");
            long tokens = 0;
            // What a service said about earlier rows is in its cache: it is read again, so that usage is that of all rows.
            for (int first = judge.Usage is null ? done : 0; first < rows.Length; first += JudgeChunk)
            {
                _context.Cancel.ThrowIfCancellationRequested();
                SampledRow[] chunk = rows[first..Math.Min(rows.Length, first + JudgeChunk)];
                judge.Judge(chunk, (i, verdict) =>
                {
                    if (first + i < done) return;
                    done++;
                    foreach (JudgedRow decision in Decide(chunk[i], verdict, settings))
                    {
                        decisions.Add(decision);
                        output.Append(decision.ToJson());
                    }
                    tokens += chunk[i].Responses.Sum(s => chunk[i].PromptIds.Length + s.Ids.Length);
                }, _context.Cancel);
                _context.Log.Progress(phase, done, rows.Length, "prompts");
            }
            if (StatisticsOf(decisions).Line() is { } line) _context.Log.Notice($"{phase}: {line}");
            output.Commit();
            int pairs = decisions.Count(j => j.IsPair);
            if (pairs == 0) throw new SpaException($"{phase}: none of {rows.Length} prompts gave a preference pair ({Outcomes(decisions)}); raise the temperature or samples_per_prompt, or look "
                + "at the judge");
            var summary = new JsonObject { ["pairs"] = pairs, ["prompts"] = rows.Length };
            if (judge.Usage is { } usage) summary["usage"] = usage;
            return new PhaseResult(summary, tokens);
        });
    }

    private IResponseJudge MakeJudge(JudgeSettings settings, Model? reference, SampledRow[] rows)
    {
        IResponseJudge judge = settings.Kind == JudgeKind.Implicit ? new ImplicitJudge(_config.Training.Beta, reference, LongestRow(rows))
            : JudgeFactory.Create(settings, _context.Backend, _context.MatrixType);
        return settings.Adjustment.IsNone ? judge : new AdjustedJudge(judge, settings.Adjustment);
    }

    /// <summary>Takes up the decisions of an earlier attempt and completes those of its last row; returns how many rows are judged.</summary>
    private static int TakeUp(PartialRows output, SampledRow[] rows, JudgeSettings settings, List<JudgedRow> decisions)
    {
        int done = 0, line = 0;
        while (line < output.Existing.Count)
        {
            JsonObject first = output.Existing[line];
            foreach (JudgedRow decision in Decide(rows[done], new RowVerdict(Rewards(first), first["judgement"]?.AsObject()), settings))
            {
                decisions.Add(decision);
                if (line < output.Existing.Count) line++;
                else output.Append(decision.ToJson());
            }
            done++;
        }
        return done;
    }

    // Iterations judge independently by chance even where they share a prompt file.
    private JudgeSettings Seeded(JudgeSettings judge, int iteration) => judge with { Seed = _config.Training.Seed + ((ulong)iteration << 32) };

    private static string Outcomes(List<JudgedRow> decisions) =>
        string.Join(", ", decisions.GroupBy(d => d.Pair.Outcome).Select(g => $"{g.Count()} {g.Key.ToString().ToLowerInvariant()}"));

    private SampledRow[] ReadSamples(int iteration) => [.. RowReader.Read(_folder.Samples(iteration)).Select(r => SampledRow.FromJson(r.Json))];

    // A reward that was not finite is written as null.
    private static double[] Rewards(JsonObject row) => [.. row["rewards"]!.AsArray().Select(r => r?.GetValue<double>() ?? double.NaN)];

    private static IEnumerable<JudgedRow> Decide(SampledRow row, RowVerdict verdict, JudgeSettings settings) =>
        PairDecisions.Of(row, verdict.Rewards, settings).Select(pair => new JudgedRow(row, verdict.Rewards, pair, settings.Name) { Details = verdict.Details });
}
