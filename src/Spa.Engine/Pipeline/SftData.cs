using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Data;
using Spa.Engine.Evaluation;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.Estimates;
using Spa.Engine.Pipeline.RowFiles;
using Spa.Engine.Reporting;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>Examples to imitate: <c>spa sft</c>.</summary>
internal sealed class SftData : TaskData
{
    private readonly List<TokenizedExample> _examples;
    private readonly List<TokenizedExample> _held = [];

    public SftData(RunConfig config, string dataset, ModelBundle bundle, RunContext context) : base(config, bundle, context)
    {
        _examples = Read(dataset);
        if (config.Training.EvalDataset is { } held) _held = Read(held);
    }

    public override string Name => "sft";

    public override string Unit => "examples";

    public override int Count => _examples.Count;

    public override string Hash => LoopData.Hash(_examples);

    public override int EvaluationCount => _held.Count;

    public override string EvaluationHash => LoopData.Hash(_held);

    public override IReadOnlyList<SequenceLengths> Lengths => [.. _examples.Select(SequenceLengths.Of)];

    public override string Objective => string.Join(' ', Config.Training.LossType);

    public override ModelCardMethod Method => ModelCardMethod.Sft;

    public override ITrainingTask MakeTask(PolicyState policy, TrainerSettings settings, string referenceKey, RunFolder folder, RunState state) => new SftTask(policy, _examples, settings);

    public override JsonObject Evaluate(ModelBundle model, bool isReference, PartialRows rows, string phase)
    {
        using Model policy = Context.Load(model);
        List<ExampleScore> scores = [.. rows.Existing.Select(StageMetrics.ScoreFromJson)];
        if (scores.Count < _held.Count)
        {
            if (scores.Count > 0) Context.Log.Notice($"{phase}: continues behind {scores.Count} of {_held.Count} rows");
            using var scorer = new ExampleScorer(policy, _held);
            Context.Log.Progress(phase, scores.Count, _held.Count, "rows");
            scorer.Score(scores.Count, score =>
            {
                rows.Append(StageMetrics.ToJson(score));
                scores.Add(score);
                Context.Log.Progress(phase, scores.Count, _held.Count, "rows");
            }, Context.Cancel);
        }
        return new JsonObject { ["measure"] = "cross entropy", ["metrics"] = StageMetrics.OfExamples(scores) };
    }

    public override ReportTable Results(JsonObject before, JsonObject after) => Table(before, after, $"{EvaluationCount} held-out examples; loss in nats per token.",
        Column("Loss", MetricKeys.Loss), Column("Token accuracy", MetricKeys.MeanTokenAccuracy, NumberStyle.Percent));

    public override void Dispose() { }

    private List<TokenizedExample> Read(string path)
    {
        var report = new RowReport();
        var tokenization = new RowTokenization(Bundle.RowTokenizer, Truncation, report);
        ScoredTurns turns = Config.Training.AssistantOnlyLoss ? ScoredTurns.Assistant
            : Config.Training.CompletionOnlyLoss == false ? ScoredTurns.All : ScoredTurns.Auto;
        var examples = new List<TokenizedExample>();
        foreach (ResponseRow row in Rows.ReadResponses(path, report, BadRows))
        {
            if (tokenization.Example(row, turns) is not { } example) continue;
            RowChecks.RequireIds(example.Tokens, Bundle.Config, row.Location);
            examples.Add(example);
        }
        foreach (string line in report.Lines()) Context.Log.Notice($"{path}: {line}");
        return examples.Count > 0 ? examples : throw new SpaException($"{path}: no example is left after tokenising; raise max_length or check the responses");
    }
}
