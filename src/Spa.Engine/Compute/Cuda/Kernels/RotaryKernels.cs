namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels of <c>CudaBackend.Rotary.cs</c>.</summary>
internal static class RotaryKernels
{
    public static readonly KernelTemplate RotaryForward = new("rotary", "rotary_forward", ["SPA_ACTIVATION_BF16", "SPA_INTERLEAVED", "SPA_VECTOR"], registers: 72,
        variants: [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]]);

    public static IEnumerable<KernelTemplate> All => [RotaryForward];
}
