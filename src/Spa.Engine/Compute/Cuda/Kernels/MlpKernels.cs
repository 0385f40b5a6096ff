namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels of <c>CudaBackend.Mlp.cs</c>.</summary>
internal static class MlpKernels
{
    private static readonly string[] s_macros = ["SPA_ACTIVATION_BF16", "SPA_KIND", "SPA_VECTOR"];

    private static readonly int[][] s_variants =
    [
        [0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [0, 2, 0], [0, 2, 1], [0, 3, 0], [0, 3, 1],
        [1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1], [1, 2, 0], [1, 2, 1], [1, 3, 0], [1, 3, 1],
    ];

    public static readonly KernelTemplate GluForward = new("glu", "glu_forward", s_macros, registers: 64, s_variants);

    public static readonly KernelTemplate GluBackward = new("glu", "glu_backward", s_macros, registers: 80, s_variants);

    public static readonly KernelTemplate ActivationForward = new("activation", "activation_forward", s_macros, registers: 64, s_variants);

    public static readonly KernelTemplate ActivationBackward = new("activation", "activation_backward", s_macros, registers: 64, s_variants);

    public static IEnumerable<KernelTemplate> All => [GluForward, GluBackward, ActivationForward, ActivationBackward];
}
