namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels of <c>CudaBackend.Quantised.cs</c>.</summary>
internal static class QuantisedKernels
{
    public static readonly KernelTemplate DequantiseForward = new("dequantise", "dequantise_forward", ["SPA_KIND", "SPA_OUTPUT_BF16", "SPA_VECTOR"], registers: 40,
        variants:
        [
            [0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1], [2, 0, 0], [2, 0, 1],
            [2, 1, 0], [2, 1, 1], [3, 0, 0], [3, 0, 1], [3, 1, 0], [3, 1, 1], [4, 0, 0], [4, 0, 1], [4, 1, 0], [4, 1, 1],
        ]);

    public static readonly KernelTemplate DequantiseWeightForward = new("dequantise_weight", "dequantise_weight_forward", ["SPA_4BIT", "SPA_NESTED", "SPA_OUTPUT_BF16", "SPA_VECTOR"], registers: 40,
        variants: [[0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0], [0, 0, 1, 1], [1, 0, 0, 0], [1, 0, 0, 1], [1, 0, 1, 0], [1, 0, 1, 1], [1, 1, 0, 0], [1, 1, 0, 1], [1, 1, 1, 0], [1, 1, 1, 1]]);

    public static IEnumerable<KernelTemplate> All => [DequantiseForward, DequantiseWeightForward];
}
