using System.Text.Json.Nodes;
using Spa.Engine.Models;

namespace Spa.Engine.Training;

/// <summary>A reward model from preference pairs (<see cref="RewardObjective"/>). Loss: mean over a micro-batch, micro-batches of an update weighted equally. Metrics are TRL's.</summary>
public sealed class RewardTask : ITrainingTask
{
    private const int Loss = 0, Least = 1, Mean = 2, Most = 3, Accuracy = 4, Margin = 5;

    private readonly IReadOnlyList<RewardExample> _examples;
    private readonly RewardObjective _objective;
    private readonly RewardPass _pass;
    private readonly int? _padToken;
    private int _microBatches;

    /// <param name="policy">What is trained: a model with a reward head.</param>
    /// <param name="examples">All pairs.</param>
    /// <param name="settings">Batch size and checkpointing; memory is planned for the longest possible micro-batch.</param>
    /// <param name="objective">The loss.</param>
    public RewardTask(PolicyState policy, IReadOnlyList<RewardExample> examples, TrainerSettings settings, RewardObjective objective)
    {
        DecoderConfig config = policy.Model.Config;
        if (!config.RewardHead) throw new ArgumentException("the model has no reward head", nameof(policy));
        (_examples, _objective, _padToken) = (examples, objective, config.PadToken);
        int tokens = SftTask.Largest(settings.MicroBatch, examples.Select(e => PackedBatch.WholeRowsFor(config, e.Prompt.Length, e.Chosen.Length, e.Rejected.Length)));
        int positions = examples.Max(e => e.Prompt.Length + Math.Max(e.Chosen.Length, e.Rejected.Length));
        _pass = new RewardPass(policy, tokens, 2 * settings.MicroBatch, positions, settings.GradientCheckpointing);
    }

    public int Count => _examples.Count;

    public IReadOnlyList<string> MetricNames { get; } = ["loss", "min_reward", "mean_reward", "max_reward", "accuracy", "margin"];

    public long TokensSeen { get; private set; }

    public void BeginUpdate(ReadOnlySpan<int> examples, UpdateContext context) => _microBatches = context.MicroBatches;

    public void RunMicroBatch(ReadOnlySpan<int> examples, MetricSums metrics)
    {
        PackedBatch batch = _pass.Batch;
        batch.Clear();
        foreach (int i in examples) batch.AddWhole(_examples[i].Prompt, _padToken, _examples[i].Chosen, _examples[i].Rejected);
        TokensSeen += batch.UnsharedTokens;
        _pass.Forward();
        ReadOnlySpan<float> rewards = _pass.Rewards;
        Span<float> gradients = _pass.Gradients;
        double scale = 1.0 / (examples.Length * _microBatches), loss = 0, margin = 0, sum = 0, least = rewards[0], most = rewards[0];
        int right = 0;
        for (int i = 0; i < examples.Length; i++)
        {
            double chosen = rewards[2 * i], rejected = rewards[2 * i + 1];
            RewardLoss pair = _objective.Of(chosen, rejected, _examples[examples[i]].Margin);
            (gradients[2 * i], gradients[2 * i + 1]) = ((float)(scale * pair.Chosen), (float)(scale * pair.Rejected));
            loss += pair.Loss;
            margin += chosen - rejected;
            sum += chosen + rejected;
            if (chosen > rejected) right++;
            (least, most) = (Math.Min(least, Math.Min(chosen, rejected)), Math.Max(most, Math.Max(chosen, rejected)));
        }
        _pass.Backward();
        metrics.Add(Loss, loss / examples.Length);
        metrics.Add(Least, least);
        metrics.Add(Mean, sum / rewards.Length);
        metrics.Add(Most, most);
        metrics.Add(Accuracy, (double)right / examples.Length);
        metrics.Add(Margin, margin / examples.Length);
    }

    public void EndUpdate(MetricSums metrics) { }

    public JsonObject SaveState() => new() { ["num_tokens"] = TokensSeen };

    public void RestoreState(JsonObject state) => TokensSeen = state["num_tokens"]!.GetValue<long>();

    public string Describe(ReadOnlySpan<int> examples) => $"pairs {string.Join(", ", examples.ToArray())}";

    public void Dispose() => _pass.Dispose();
}
