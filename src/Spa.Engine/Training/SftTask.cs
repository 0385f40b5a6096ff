using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Models;

namespace Spa.Engine.Training;

/// <summary>
/// Supervised fine-tuning: cross entropy of the scored tokens, averaged over all scored tokens of an update (whatever its micro-batches), as
/// transformers does.
/// </summary>
public sealed class SftTask : ITrainingTask
{
    private const int Loss = 0, Entropy = 1, Accuracy = 2;

    private readonly IReadOnlyList<TokenizedExample> _examples;
    private readonly TrainingPass _pass;
    private long _updateTokens;
    private int _microBatches;

    /// <param name="policy">What is trained.</param>
    /// <param name="examples">All examples.</param>
    /// <param name="settings">Batch size and checkpointing; memory is planned for the longest possible micro-batch.</param>
    public SftTask(PolicyState policy, IReadOnlyList<TokenizedExample> examples, TrainerSettings settings)
    {
        _examples = examples;
        int tokens = Largest(settings.MicroBatch, examples.Select(e => e.Tokens.Length)), rows = Largest(settings.MicroBatch, examples.Select(e => e.ScoredCount));
        _pass = new TrainingPass(policy, null, tokens, rows, examples.Max(e => e.Tokens.Length), settings.GradientCheckpointing);
    }

    public int Count => _examples.Count;

    public IReadOnlyList<string> MetricNames { get; } = ["loss", "entropy", "mean_token_accuracy"];

    public long TokensSeen { get; private set; }

    /// <summary>Sum of the <paramref name="count"/> largest sizes: what the worst micro-batch needs.</summary>
    internal static int Largest(int count, IEnumerable<int> sizes) => sizes.OrderDescending().Take(count).Sum();

    public void BeginUpdate(ReadOnlySpan<int> examples, UpdateContext context)
    {
        _updateTokens = 0;
        foreach (int i in examples) _updateTokens += _examples[i].ScoredCount;
        _microBatches = context.MicroBatches;
    }

    public void RunMicroBatch(ReadOnlySpan<int> examples, MetricSums metrics)
    {
        PackedBatch batch = _pass.Batch;
        batch.Clear();
        foreach (int i in examples) batch.AddMarked(_examples[i].Tokens, _examples[i].Scored);
        TokensSeen += batch.UnsharedTokens;
        _pass.Forward(0, withReference: false);
        _pass.SetCoefficient(-1f / _updateTokens);
        _pass.Backward();
        _pass.Download();
        double loss = 0, entropy = 0, correct = 0;
        int rows = batch.ResponseRows;
        for (int r = 0; r < rows; r++)
        {
            loss -= _pass.PolicyLogps[r];
            entropy += _pass.Entropy[r];
            correct += _pass.Top1[r];
        }
        // Weighted so that the mean over micro-batches is the loss that was differentiated.
        metrics.Add(Loss, loss / _updateTokens * _microBatches);
        metrics.Add(Entropy, entropy / rows);
        metrics.Add(Accuracy, correct / rows);
    }

    public void EndUpdate(MetricSums metrics) { }

    public JsonObject SaveState() => new() { ["num_tokens"] = TokensSeen };

    public void RestoreState(JsonObject state) => TokensSeen = state["num_tokens"]!.GetValue<long>();

    public string Describe(ReadOnlySpan<int> examples) => $"examples {string.Join(", ", examples.ToArray())}";

    public void Dispose() => _pass.Dispose();
}
