namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels on rows of logits: log-probs and their gradient, draws, most probable tokens.</summary>
internal static class HeadKernels
{
    // A warp a row below this vocabulary, a block of 512 threads from it on. The vocabulary alone decides: a row's bits must not depend on the batch.
    private const int FirstLarge = 2048;

    public static readonly KernelTemplate LogProbForward = new("logprob", "logprob_forward", ["SPA_LOGIT_BF16", "SPA_CAPPED", "SPA_LANES", "SPA_REFERENCE"], registers: 64,
        variants: [.. from bf16 in Either from capped in Either from lanes in AllLanes from reference in Either select new[] { bf16, capped, lanes, reference }]);

    public static readonly KernelTemplate LogProbBackward = new("logprob", "logprob_backward", ["SPA_LOGIT_BF16", "SPA_CAPPED", "SPA_LANES", "SPA_REFERENCE"], registers: 48,
        variants: [.. from bf16 in Either from capped in Either from lanes in AllLanes select new[] { bf16, capped, lanes, 0 }]);

    public static readonly KernelTemplate LogProbSquares = new("logprob", "logprob_squares", ["SPA_LOGIT_BF16", "SPA_CAPPED", "SPA_LANES", "SPA_REFERENCE"], registers: 40,
        variants: [.. from bf16 in Either from lanes in AllLanes select new[] { bf16, 0, lanes, 0 }]);

    public static readonly KernelTemplate Sample = new("sample", "sample", ["SPA_LOGIT_BF16", "SPA_CAPPED", "SPA_LANES"], registers: 96, variants: Rows);

    public static readonly KernelTemplate TopLogProbs = new("top_logprobs", "top_logprobs", ["SPA_LOGIT_BF16", "SPA_CAPPED", "SPA_LANES"], registers: 96, variants: Rows);

    public static IEnumerable<KernelTemplate> All => [LogProbForward, LogProbBackward, LogProbSquares, Sample, TopLogProbs];

    private static int[] Either => [0, 1];

    private static int[] AllLanes => [32, 512];

    private static int[][] Rows => [.. from bf16 in Either from capped in Either from lanes in AllLanes select new[] { bf16, capped, lanes }];

    /// <summary>Threads that share a row.</summary>
    public static int LanesFor(int vocabulary) => vocabulary < FirstLarge ? 32 : 512;
}
