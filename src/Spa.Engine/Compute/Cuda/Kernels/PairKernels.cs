namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels of preference pairs: implicit rewards, losses, metrics, noise mask.</summary>
internal static class PairKernels
{
    public static readonly KernelTemplate RewardScores = new("reward", "reward_scores", ["SPA_LOSS", "SPA_DIVERGENCE"], registers: 40, variants: [[0, 0]]);

    public static readonly KernelTemplate RewardLoss = new("reward", "reward_loss", ["SPA_LOSS", "SPA_DIVERGENCE"], registers: 80,
        variants: [.. from loss in Enum.GetValues<PairLossKind>() from divergence in DivergencesOf(loss) select new[] { (int)loss, (int)divergence }]);

    public static readonly KernelTemplate RewardMetrics = new("reward", "reward_metrics", ["SPA_LOSS", "SPA_DIVERGENCE"], registers: 80, variants: [[0, 0]]);

    public static readonly KernelTemplate NoiseFlag = new("noise", "noise_flag", ["SPA_RULE"], registers: 40, variants: [[0], [1], [2]]);

    public static readonly KernelTemplate NoiseEndUpdate = new("noise", "noise_end_update", ["SPA_RULE"], registers: 40, variants: [[0]]);

    public static IEnumerable<KernelTemplate> All => [RewardScores, RewardLoss, RewardMetrics, NoiseFlag, NoiseEndUpdate];

    /// <summary>The divergence that a kernel of this loss is compiled for: some losses are of log-ratios, whatever the divergence.</summary>
    public static PairDivergence DivergenceFor(PairLossKind loss, PairDivergence divergence) => UsesDivergence(loss) ? divergence : PairDivergence.ReverseKl;

    private static PairDivergence[] DivergencesOf(PairLossKind loss) => UsesDivergence(loss) ? Enum.GetValues<PairDivergence>() : [PairDivergence.ReverseKl];

    private static bool UsesDivergence(PairLossKind loss) => loss is not (PairLossKind.Aot or PairLossKind.AotUnpaired or PairLossKind.ApoZero or PairLossKind.Sft);
}
