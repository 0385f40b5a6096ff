using System.Text.Json.Nodes;
using Spa.Engine.Models;

namespace Spa.Engine.Training;

/// <summary>
/// Policy optimisation against a judge (<see cref="RlooObjective"/>): an update draws K responses to each of its prompts, and <see cref="TrainerSettings.Repeats"/> updates learn from
/// them. An example is a prompt. pi_old is the policy as the first of these updates finds it, so that its ratios are 1 whatever the sampler rounds. Metrics are TRL's.
/// </summary>
public sealed class RlooTask : ITrainingTask
{
    private const int Loss = 0, Reward = 1, RewardDeviation = 2, ZeroDeviation = 3, JudgeReward = 4, Kl = 5, Entropy = 6, Length = 7, CutShare = 8, ClipShare = 9;

    private readonly IRolloutSource _source;
    private readonly RlooObjective _objective;
    private readonly TrainingPass _pass;
    private readonly int _repeats;
    private IReadOnlyList<Rollout> _rollouts = [];
    private UpdateContext _context;
    private bool _isFresh;
    private int _next;

    /// <param name="policy">What is trained.</param>
    /// <param name="source">Draws from it.</param>
    /// <param name="settings">MicroBatch and Accumulation count prompts.</param>
    /// <param name="objective">The loss.</param>
    public RlooTask(PolicyState policy, IRolloutSource source, TrainerSettings settings, RlooObjective objective)
    {
        (_source, _objective, _repeats) = (source, objective, settings.Repeats);
        int[] limits = new int[source.Samples];
        Array.Fill(limits, source.MaxNewTokens);
        int tokens = SftTask.Largest(settings.MicroBatch, source.PromptLengths.Select(p => PackedBatch.RowsFor(policy.Model.Config, p, limits)));
        _pass = new TrainingPass(policy, null, tokens, settings.MicroBatch * source.Samples * source.MaxNewTokens, source.PromptLengths.Max() + source.MaxNewTokens,
            settings.GradientCheckpointing);
    }

    public int Count => _source.PromptLengths.Count;

    public IReadOnlyList<string> MetricNames { get; } =
    [
        "loss", "reward", "reward_std", "frac_reward_zero_std", "rewards/judge/mean", "kl", "entropy", "completions/mean_length", "completions/clipped_ratio", "clip_ratio/region_mean",
    ];

    /// <summary>The loss is around 0 throughout: advantages of a prompt sum to 0.</summary>
    public string ShownMetric => "reward";

    public long TokensSeen { get; private set; }

    /// <summary>Draws where the last responses have served their updates; only that allocates.</summary>
    public void BeginUpdate(ReadOnlySpan<int> examples, UpdateContext context)
    {
        (_context, _next, _isFresh) = (context, 0, context.Done % _repeats == 0);
        if (!_isFresh) return;
        _rollouts = _source.Draw(examples, context.Done);
        double[] rewards = [.. _rollouts.SelectMany(Penalised)], advantages = new double[rewards.Length];
        _objective.Advantages(rewards, _source.Samples, advantages);
        for (int i = 0; i < _rollouts.Count; i++) advantages.AsSpan(i * _source.Samples, _source.Samples).CopyTo(_rollouts[i].Advantages);
    }

    public void RunMicroBatch(ReadOnlySpan<int> examples, MetricSums metrics)
    {
        PackedBatch batch = _pass.Batch;
        batch.Clear();
        for (int i = 0; i < examples.Length; i++) batch.AddShared(_rollouts[_next + i].Prompt, _rollouts[_next + i].Responses);
        TokensSeen += batch.UnsharedTokens;
        _pass.Forward(0, withReference: false);
        _pass.Download();
        double loss = 0, entropy = 0;
        int clipped = 0, sequences = batch.Sequences.Count;
        for (int s = 0; s < sequences; s++)
        {
            (int start, int count) = (batch.Sequences[s].Start, batch.Sequences[s].Count);
            double logp = 0;
            foreach (float value in _pass.PolicyLogps.Slice(start, count)) logp += value;
            Rollout rollout = _rollouts[_next + s / _source.Samples];
            int sample = s % _source.Samples;
            if (double.IsNaN(rollout.OldLogps[sample])) rollout.OldLogps[sample] = logp;
            RlooLoss one = _objective.Of(logp, rollout.OldLogps[sample], rollout.Advantages[sample]);
            _pass.Coefficients.Slice(start, count).Fill((float)(one.Derivative / ((double)sequences * _context.MicroBatches)));
            loss += one.Loss;
            if (one.IsClipped) clipped++;
        }
        foreach (float value in _pass.Entropy[..batch.ResponseRows]) entropy += value;
        _pass.UploadCoefficients();
        _pass.Backward();
        _next += examples.Length;
        metrics.Add(Loss, loss / sequences);
        metrics.Add(Entropy, entropy / batch.ResponseRows);
        metrics.Add(ClipShare, (double)clipped / sequences);
    }

    public void EndUpdate(MetricSums metrics)
    {
        if (!_isFresh) return;
        int responses = _rollouts.Count * _source.Samples;
        double deviation = 0;
        int zero = 0;
        foreach (Rollout rollout in _rollouts)
        {
            double[] rewards = [.. Penalised(rollout)];
            double mean = rewards.Average(), own = Math.Sqrt(rewards.Sum(r => (r - mean) * (r - mean)) / (rewards.Length - 1));
            deviation += own / _rollouts.Count;
            if (own <= 1e-8) zero++;
        }
        metrics.Add(Reward, _rollouts.SelectMany(Penalised).Average());
        metrics.Add(RewardDeviation, deviation);
        metrics.Add(ZeroDeviation, (double)zero / _rollouts.Count);
        metrics.Add(JudgeReward, _rollouts.Average(r => r.Rewards.Average()));
        if (_objective.Beta > 0) metrics.Add(Kl, _rollouts.Average(r => r.LogRatios.Average()));
        metrics.Add(Length, _rollouts.Sum(r => r.Responses.Sum(y => (double)y.Length)) / responses);
        metrics.Add(CutShare, _rollouts.Sum(r => r.Cut.Count(c => c)) / (double)responses);
    }

    public JsonObject SaveState()
    {
        var state = new JsonObject { ["num_tokens"] = TokensSeen };
        if ((_context.Done + 1) % _repeats != 0) state["rollouts"] = new JsonArray([.. _rollouts.Select(r => r.ToJson())]);
        return state;
    }

    public void RestoreState(JsonObject state)
    {
        TokensSeen = state["num_tokens"]!.GetValue<long>();
        if (state["rollouts"] is JsonArray rollouts) _rollouts = [.. rollouts.Select(r => Rollout.FromJson(r!))];
    }

    public string Describe(ReadOnlySpan<int> examples) => $"prompts {string.Join(", ", examples.ToArray())}";

    public void Dispose() => _pass.Dispose();

    private IEnumerable<double> Penalised(Rollout rollout) => rollout.Rewards.Zip(rollout.LogRatios, (reward, ratio) => reward - _objective.Beta * ratio);
}
