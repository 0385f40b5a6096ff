namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels of <c>CudaBackend.Adapters.cs</c>.</summary>
internal static class AdapterKernels
{
    public static readonly KernelTemplate ScaleForward = new("scale", "scale_forward", ["SPA_ACTIVATION_BF16", "SPA_VECTOR"], registers: 64,
        variants: [[0, 0], [0, 1], [1, 0], [1, 1]]);

    public static readonly KernelTemplate ScaleBackward = new("scale", "scale_backward", ["SPA_ACTIVATION_BF16", "SPA_VECTOR"], registers: 64,
        variants: [[0, 0], [0, 1], [1, 0], [1, 1]]);

    public static readonly KernelTemplate DropoutForward = new("dropout", "dropout_forward", ["SPA_ACTIVATION_BF16", "SPA_VECTOR", "SPA_ACCUMULATE"], registers: 64,
        variants: [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]]);

    public static IEnumerable<KernelTemplate> All => [ScaleForward, ScaleBackward, DropoutForward];
}
