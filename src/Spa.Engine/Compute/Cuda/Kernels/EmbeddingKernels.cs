namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels of <c>CudaBackend.Embedding.cs</c>.</summary>
internal static class EmbeddingKernels
{
    private static readonly string[] s_scatterMacros = ["SPA_INPUT_BF16", "SPA_OUTPUT_BF16", "SPA_VECTOR"];

    public static readonly KernelTemplate EmbeddingForward = new("embedding", "embedding_forward", ["SPA_ACTIVATION_BF16", "SPA_WEIGHT_BF16", "SPA_VECTOR"], registers: 48,
        variants: [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]]);

    public static readonly KernelTemplate GatherForward = new("gather", "gather_forward", ["SPA_ACTIVATION_BF16", "SPA_VECTOR"], registers: 48,
        variants: [[0, 0], [0, 1], [1, 0], [1, 1]]);

    public static readonly KernelTemplate ScatterOrder = new("scatter", "scatter_order", s_scatterMacros, registers: 40, variants: [[0, 0, 0]]);

    public static readonly KernelTemplate ScatterAdd = new("scatter", "scatter_add", s_scatterMacros, registers: 96,
        variants: [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]]);

    public static IEnumerable<KernelTemplate> All => [EmbeddingForward, GatherForward, ScatterOrder, ScatterAdd];
}
