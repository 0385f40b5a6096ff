namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels of <c>CudaBackend.Norms.cs</c>.</summary>
internal static class NormKernels
{
    private static readonly string[] s_macros = ["SPA_ACTIVATION_BF16", "SPA_WEIGHT_BF16", "SPA_VECTOR"];
    private static readonly int[][] s_variants = [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]];

    public static readonly KernelTemplate RmsNormForward = new("rmsnorm", "rmsnorm_forward", s_macros, registers: 72, s_variants);

    // With vectors at most 128: two blocks of 256 threads fit a multiprocessor.
    public static readonly KernelTemplate RmsNormBackward = new("rmsnorm", "rmsnorm_backward", s_macros, registers: 168, s_variants);

    public static readonly KernelTemplate LayerNormForward = new("layernorm", "layernorm_forward", s_macros, registers: 88, s_variants);

    // Sums of two gradients in registers: one block, which moves 16 bytes of eight chunks for each of its threads at a time.
    public static readonly KernelTemplate LayerNormBackward = new("layernorm", "layernorm_backward", s_macros, registers: 176, s_variants);

    public static IEnumerable<KernelTemplate> All => [RmsNormForward, RmsNormBackward, LayerNormForward, LayerNormBackward];
}
