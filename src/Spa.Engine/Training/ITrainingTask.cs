using System.Text.Json.Nodes;
using Spa.Engine.Compute;

namespace Spa.Engine.Training;

/// <summary>
/// What is learned from an example: the trainer decides which examples when, the task computes loss and gradient. One micro-batch is one
/// forward and backward pass.
/// </summary>
public interface ITrainingTask : IDisposable
{
    /// <summary>Examples of an epoch.</summary>
    int Count { get; }

    /// <summary>Names of the metrics that the task adds, in the order of their slots.</summary>
    IReadOnlyList<string> MetricNames { get; }

    /// <summary>The metric that tells how training goes.</summary>
    string ShownMetric => "loss";

    /// <summary>Called once before the micro-batches of an update with all its examples.</summary>
    void BeginUpdate(ReadOnlySpan<int> examples, UpdateContext context);

    /// <summary>Adds the gradient of one micro-batch, and its metrics unless they wait for <see cref="EndUpdate"/>.</summary>
    void RunMicroBatch(ReadOnlySpan<int> examples, MetricSums metrics);

    /// <summary>All micro-batches of the update are through: adds the metrics that were kept on the device. May wait for it.</summary>
    void EndUpdate(MetricSums metrics);

    /// <summary>Tokens seen since the stage began; <c>num_tokens</c>.</summary>
    long TokensSeen { get; }

    /// <summary>Tensors that a checkpoint must hold besides those of the policy; which they are may change as <see cref="RestoreState"/> is called.</summary>
    IEnumerable<(string Name, Tensor Tensor)> States => [];

    /// <summary>Weights in <see cref="States"/> were changed from outside: what depends on them follows.</summary>
    void Refresh() { }

    /// <summary>What a checkpoint must hold besides weights and optimiser.</summary>
    JsonObject SaveState();

    void RestoreState(JsonObject state);

    /// <summary>Examples in words, for the message when a loss is not finite.</summary>
    string Describe(ReadOnlySpan<int> examples);
}
