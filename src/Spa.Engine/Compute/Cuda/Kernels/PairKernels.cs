namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels of preference pairs: implicit rewards, losses, metrics, noise mask.</summary>
internal static class PairKernels
{
    public static readonly KernelTemplate RewardScores = new("reward", "reward_scores", ["SPA_LOSS"], registers: 40, variants: [[0]]);

    public static readonly KernelTemplate RewardLoss = new("reward", "reward_loss", ["SPA_LOSS"], registers: 80, variants: [.. Enum.GetValues<PairLossKind>().Select(loss => new[] { (int)loss })]);

    public static readonly KernelTemplate RewardWeights = new("reward", "reward_weights", ["SPA_LOSS"], registers: 40, variants: [[0]]);

    public static readonly KernelTemplate RewardMetrics = new("reward", "reward_metrics", ["SPA_LOSS"], registers: 80, variants: [[0]]);

    public static readonly KernelTemplate NoiseFlag = new("noise", "noise_flag", ["SPA_RULE"], registers: 40, variants: [[0], [1], [2]]);

    public static readonly KernelTemplate NoiseEndUpdate = new("noise", "noise_end_update", ["SPA_RULE"], registers: 40, variants: [[0]]);

    public static IEnumerable<KernelTemplate> All => [RewardScores, RewardLoss, RewardWeights, RewardMetrics, NoiseFlag, NoiseEndUpdate];
}
