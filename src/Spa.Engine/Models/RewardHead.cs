using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>The head of a reward model: one product with <c>score</c> [1, C], in float32 whatever the activations are.</summary>
internal static class RewardHead
{
    /// <summary>rewards [R, 1] = hidden [R, C] score^T.</summary>
    public static void Forward(ComputeBackend backend, Tensor rewards, Tensor hidden, DecoderTensors weights) =>
        backend.MatMul(rewards, hidden, weights.Head, transposeB: true);

    /// <summary>dhidden [R, C] = drewards [R, 1] score is overwritten; dscore += drewards^T hidden.</summary>
    public static void Backward(ComputeBackend backend, Tensor dhidden, DecoderTensors gradients, Tensor hidden, DecoderTensors weights, Tensor drewards)
    {
        backend.MatMul(dhidden, drewards, weights.Head);
        backend.MatMul(gradients.Head, drewards, hidden, transposeA: true, accumulate: true);
    }
}
