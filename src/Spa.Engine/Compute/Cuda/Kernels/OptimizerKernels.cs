namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels of <c>CudaBackend.Optimizer.cs</c>.</summary>
internal static class OptimizerKernels
{
    private static readonly int[][] s_variants = [[0, 0], [0, 1], [1, 0], [1, 1]];

    public static readonly KernelTemplate GradientNormPartial = new("gradient_norm", "gradient_norm_partial", ["SPA_VECTOR"], registers: 40, variants: [[0], [1]]);

    public static readonly KernelTemplate GradientNormFinish = new("gradient_norm", "gradient_norm_finish", ["SPA_VECTOR"], registers: 40, variants: [[0]]);

    public static readonly KernelTemplate AdamWForward = new("adamw", "adamw_forward", ["SPA_WEIGHT_BF16", "SPA_VECTOR"], registers: 56, s_variants);

    public static readonly KernelTemplate AdamW8Bit = new("adamw_8bit", "adamw_8bit", ["SPA_WEIGHT_BF16", "SPA_VECTOR"], registers: 80, s_variants);

    public static readonly KernelTemplate AdamWBf16 = new("adamw_bf16", "adamw_bf16", ["SPA_VECTOR"], registers: 128, variants: [[0], [1]]);

    public static IEnumerable<KernelTemplate> All => [GradientNormPartial, GradientNormFinish, AdamWForward, AdamW8Bit, AdamWBf16];
}
