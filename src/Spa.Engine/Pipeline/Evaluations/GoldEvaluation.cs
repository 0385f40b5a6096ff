using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Evaluation;
using Spa.Engine.Evaluation.Statistics;
using Spa.Engine.Generation;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Pipeline.RowFiles;

namespace Spa.Engine.Pipeline.Evaluations;

/// <summary>
/// <c>spa eval gold</c>: what an oracle says about responses, and how often a judge agrees with it. Of rows with <c>responses</c> every two that the oracle tells apart
/// are a pair; of preference rows (such as pairs.jsonl) the labelled pair is one, with its margin where the row has one.
/// </summary>
public sealed class GoldEvaluation
{
    private const int Chunk = 64;

    private readonly List<GoldPair> _pairs = [];
    private readonly List<double> _sums = [], _best = [];
    private readonly List<int> _counts = [];
    private int _rows, _ties, _unlabelled;

    /// <summary>Whether the file's rows are preference rows, by its first.</summary>
    public static bool IsPreference(string path) =>
        (RowReader.Read(path).FirstOrDefault() ?? throw new SpaException($"{path}: expected rows with 'responses', or preference rows; found none")).Json is { } first
        && !first.ContainsKey("responses") && (first.ContainsKey("chosen") || first.ContainsKey("outcome"));

    /// <summary>Rows with responses; without a judge only the oracle's scores are counted.</summary>
    public void AddResponses(JudgeFile file, IResponseJudge gold, IResponseJudge? judge, RunLog log, CancellationToken cancel)
    {
        foreach (JudgeFileRow[] chunk in file.Rows().Chunk(Chunk))
        {
            cancel.ThrowIfCancellationRequested();
            SampledRow[] rows = [.. chunk.Select(row => row.Row)];
            double[][] scores = Rewards(gold, rows, cancel);
            double[][]? judged = judge is null ? null : Rewards(judge, rows, cancel);
            for (int i = 0; i < rows.Length; i++) Add(rows[i], scores[i], judged?[i]);
            log.Progress("eval gold", _rows, file.Count, "rows");
        }
    }

    /// <summary>Preference rows; a row without a pair is passed over.</summary>
    public void AddPairs(string path, IResponseJudge gold, CancellationToken cancel)
    {
        int index = 0;
        foreach (SourceRow[] chunk in RowReader.Read(path).Where(row => row.Json.ContainsKey("chosen")).Chunk(Chunk))
        {
            cancel.ThrowIfCancellationRequested();
            SampledRow[] rows = [.. chunk.Select(row => new SampledRow(Index(row, index++), row.Json["prompt"]?.DeepClone(), [], [Response(row, "chosen"), Response(row, "rejected")]) { Arguments = TemplateArguments.Of(row.Json, row.Location) })];
            double[][] scores = Rewards(gold, rows, cancel);
            for (int i = 0; i < rows.Length; i++)
            {
                double margin = chunk[i].Json["margin"] is JsonValue value && value.TryGetValue(out double given) ? given : 1;
                Add(rows[i], scores[i], [margin, 0]);
            }
        }
    }

    /// <summary>The figures, each with its interval.</summary>
    /// <exception cref="SpaException">The oracle knows none of the rows.</exception>
    public JsonObject ToJson(bool judged, ulong seed)
    {
        if (_counts.Count == 0) throw new SpaException($"the oracle has no score for any response of {_rows} rows; labels are found by the texts as they stand, or by index");
        var json = new JsonObject
        {
            ["rows"] = _rows,
            ["without_score"] = _unlabelled,
            ["mean_gold"] = StageAudit.ToJson(Bootstrap.GroupedMean([.. _sums], [.. _counts], seed)),
            ["best_gold"] = StageAudit.ToJson(Interval.Mean([.. _best])),
            ["gold_ties"] = _ties,
            ["seed"] = seed,
        };
        if (!judged || _pairs.Count == 0) return json;
        var agreement = GoldAgreement.Of(_pairs, seed);
        json["pairs"] = _pairs.Count;
        json["agreement"] = StageAudit.ToJson(agreement.All);
        json["calibration_error"] = StageAudit.ToJson(agreement.CalibrationError);
        json["by_margin"] = new JsonArray([.. agreement.ByMargin.Select(part =>
        {
            JsonObject row = StageAudit.ToJson(part.Agreement);
            (row["from"], row["to"], row["pairs"]) = (part.From, part.To, part.Count);
            return row;
        })]);
        return json;
    }

    /// <summary>The judge's margins, positive where the oracle agrees.</summary>
    public double[] Margins() => [.. _pairs.Select(p => p.Margin)];

    private void Add(SampledRow row, double[] scores, double[]? judged)
    {
        int group = _rows++;
        double[] known = [.. scores.Where(double.IsFinite)];
        _unlabelled += scores.Length - known.Length;
        if (known.Length == 0) return;
        _sums.Add(known.Sum());
        _counts.Add(known.Length);
        _best.Add(known.Max());
        for (int i = 0; i < scores.Length; i++)
        {
            for (int j = i + 1; j < scores.Length; j++)
            {
                if (!double.IsFinite(scores[i]) || !double.IsFinite(scores[j]) || row.Responses[i].SameAs(row.Responses[j])) continue;
                if (scores[i] == scores[j]) _ties++;
                else if (judged is not null && double.IsFinite(judged[i] - judged[j]))
                    _pairs.Add(new GoldPair(group, scores[i] > scores[j] ? judged[i] - judged[j] : judged[j] - judged[i]));
            }
        }
    }

    private static double[][] Rewards(IResponseJudge judge, SampledRow[] rows, CancellationToken cancel)
    {
        double[][] rewards = new double[rows.Length][];
        judge.Judge(rows, (i, verdict) => rewards[i] = verdict.Rewards, cancel);
        return rewards;
    }

    private static int Index(SourceRow row, int fallback) => row.Json["index"] is JsonValue value && value.TryGetValue(out int index) ? index : fallback;

    private static SampledResponse Response(SourceRow row, string key)
    {
        string text = row.Json[key] switch
        {
            JsonValue value when value.TryGetValue(out string? given) => given,
            JsonArray { Count: > 0 } messages when messages[^1] is JsonObject last && last["content"] is JsonValue content => content.ToString(),
            _ => throw new SpaException($"{row.Location}: expected '{key}' to be text or messages, which the oracle reads; found {row.Json[key]?.ToJsonString() ?? "none"}"),
        };
        return new SampledResponse([], text, [], FinishReason.Stop);
    }
}
