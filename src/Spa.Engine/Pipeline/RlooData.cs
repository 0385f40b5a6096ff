using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.Estimates;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Reporting;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>Prompts whose answers are sampled and judged while the policy learns: <c>spa rloo</c>.</summary>
internal sealed class RlooData : TaskData
{
    // Prompts sampled and judged at once when held-out ones are evaluated.
    private const int EvaluationChunk = 64;

    private readonly List<LoopPrompt> _prompts;
    private readonly List<LoopPrompt> _held = [];
    private readonly JudgeSettings _judge;
    private JudgedRollouts? _rollouts;
    private Model? _reference;

    public RlooData(RunConfig config, string dataset, ModelBundle bundle, RunContext context) : base(config, bundle, context)
    {
        _judge = JudgeConfiguration.Settings(config, new RunFolder(config.Training.OutputDir!));
        if (_judge.Kind == JudgeKind.Implicit)
            throw new UsageException("'spa.judge: implicit' is not supported by spa rloo, whose policy would judge itself; supported: reward-model, gold, llm, endpoint, random");
        _prompts = Read(dataset);
        if (config.Training.EvalDataset is not { } held) return;
        if (_judge.IsPairwise) throw new UsageException($"'eval_dataset' with 'spa.judge: {_judge.Name}' has no figure: this judge compares, and held-out responses stand alone; use reward-model or gold");
        _held = Read(held);
    }

    public override string Name => "rloo";

    public override string Unit => "prompts";

    public override int Count => _prompts.Count;

    public override string Hash => LoopData.Hash(_prompts);

    public override int EvaluationCount => _held.Count;

    public override string EvaluationHash => LoopData.Hash(_held);

    public override IReadOnlyList<SequenceLengths> Lengths =>
        [.. _prompts.Select(p => new SequenceLengths(p.Ids.Length + Training.NumGenerations * Limit, Training.NumGenerations * Limit,
            p.Ids.Length + Limit))];

    public override string Objective => $"{TrainingSetup.RlooObjective(Training)} {Training.NumGenerations} x {Limit} {Training.Seed} {_judge.Identity().ToJsonString()}";

    public override ModelCardMethod Method => ModelCardMethod.Rloo;

    public override IEnumerable<KeyValuePair<string, string>> Facts =>
    [
        new("Reward", _judge.Model is { } model ? $"{_judge.Name}, {JudgeFactory.NameOf(model)}" : _judge.Name),
        new("Responses to a prompt", $"{Training.NumGenerations}"),
        new("Beta", NumberText.Format(new Estimate(Training.Beta), NumberStyle.Number)),
    ];

    private TrainingConfig Training => Config.Training;

    private int Limit => Training.MaxCompletionLength ?? throw new UsageException("'max_completion_length: null' has no end here; give a number of tokens");

    /// <summary>Batch sizes count responses, as TRL's do; here an example is a prompt.</summary>
    public override TrainerSettings Settings()
    {
        (int batch, int samples) = (Training.PerDeviceTrainBatchSize, Training.NumGenerations);
        if (batch % samples != 0)
            throw new UsageException($"'per_device_train_batch_size' {batch} is not a multiple of 'num_generations' {samples}: it counts responses, and those to a prompt stay together");
        return TrainingSetup.Settings(Training with { PerDeviceTrainBatchSize = batch / samples }, Count, Training.NumTrainEpochs, repeats: Training.NumIterations);
    }

    public override ITrainingTask MakeTask(PolicyState policy, TrainerSettings settings, string referenceKey, RunFolder folder, RunState state)
    {
        RlooObjective objective = TrainingSetup.RlooObjective(Training);
        if (objective.Beta > 0) _reference = LoadReference(policy.Model) ?? Start(policy.Model);
        _rollouts = new JudgedRollouts(policy.Model, _reference, MakeJudge(), _prompts, Sampling(Training.NumGenerations), Bundle.Tokenizer);
        return new RlooTask(policy, _rollouts, settings, objective);
    }

    /// <summary>Mean reward of a response to each held-out prompt.</summary>
    public override JsonObject Evaluate(ModelBundle model, bool isReference, PartialRows rows, string phase)
    {
        List<(double Reward, int Tokens)> scores = [.. rows.Existing.Select(r => (r["reward"]!.GetValue<double>(), r["tokens"]!.GetValue<int>()))];
        if (scores.Count < _held.Count)
        {
            if (scores.Count > 0) Context.Log.Notice($"{phase}: continues behind {scores.Count} of {_held.Count} prompts");
            using Model policy = Context.Load(model);
            using IResponseJudge judge = MakeJudge();
            using var generator = new Generator(policy, Sampling(1), _held.Max(p => p.Ids.Length));
            Context.Log.Progress(phase, scores.Count, _held.Count, "prompts");
            while (scores.Count < _held.Count)
            {
                int first = scores.Count;
                LoopPrompt[] chunk = [.. _held.Skip(first).Take(EvaluationChunk)];
                SampledRow[] sampled = new SampledRow[chunk.Length];
                generator.Generate([.. chunk.Select((p, i) => new GenerationPrompt(p.Ids, (uint)(first + i)))], (i, responses) =>
                    sampled[i] = new SampledRow(chunk[i].Row, chunk[i].Source, chunk[i].Ids, [SampledResponse.From(responses[0], Bundle.Tokenizer)]) { Arguments = chunk[i].Arguments }, Context.Cancel);
                double[][] rewards = JudgedRollouts.Rewards(judge, sampled);
                for (int i = 0; i < chunk.Length; i++)
                {
                    scores.Add((rewards[i][0], sampled[i].Responses[0].Ids.Length));
                    rows.Append(new JsonObject { ["reward"] = rewards[i][0], ["tokens"] = scores[^1].Tokens });
                }
                Context.Log.Progress(phase, scores.Count, _held.Count, "prompts");
            }
        }
        return new JsonObject { ["measure"] = $"reward of {_judge.Name}", ["metrics"] = StageMetrics.OfResponses(scores) };
    }

    public override ReportTable Results(JsonObject before, JsonObject after) => Table(before, after, $"A response to each of {EvaluationCount} held-out prompts; {after["measure"]}.",
        Column("Mean reward", MetricKeys.Reward), Column("Tokens", MetricKeys.CompletionLength));

    public override void Dispose()
    {
        _rollouts?.Dispose();
        _reference?.Dispose();
    }

    private IResponseJudge MakeJudge()
    {
        IResponseJudge judge = JudgeFactory.Create(_judge, Context.Backend, Context.MatrixType, compareEmpty: true);
        return _judge.Adjustment.IsNone ? judge : new AdjustedJudge(judge, _judge.Adjustment);
    }

    private SamplingSettings Sampling(int samples) => new()
    {
        Temperature = Training.Temperature,
        MaxNewTokens = Limit,
        Samples = samples,
        StopTokens = Bundle.Tokenizer.EndIds,
        Seed = Training.Seed,
    };

    private List<LoopPrompt> Read(string path)
    {
        List<LoopPrompt> prompts = LoopData.ReadPrompts(path, 0, null, Limit, Bundle, Truncation, BadRows, Context.Log).Prompts;
        return prompts.Count > 0 ? prompts : throw new SpaException($"{path}: no prompt leaves room for {Limit} tokens; lower max_completion_length or raise max_length "
            + $"(the model's context is {Bundle.Config.MaxPositions})");
    }
}
