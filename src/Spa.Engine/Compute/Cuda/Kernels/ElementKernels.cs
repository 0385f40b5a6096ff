namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels of <c>CudaBackend.Elements.cs</c>.</summary>
internal static class ElementKernels
{
    public static readonly KernelTemplate CopyForward = new("copy", "copy_forward", ["SPA_INPUT_BF16", "SPA_OUTPUT_BF16", "SPA_VECTOR"], registers: 40,
        variants: [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]]);

    public static readonly KernelTemplate AddForward = new("add", "add_forward", ["SPA_INPUT_BF16", "SPA_OUTPUT_BF16", "SPA_VECTOR"], registers: 40,
        variants: [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]]);

    public static readonly KernelTemplate BiasBackward = new("bias", "bias_backward", ["SPA_ACTIVATION_BF16", "SPA_VECTOR"], registers: 64,
        variants: [[0, 0], [0, 1], [1, 0], [1, 1]]);

    public static readonly KernelTemplate PartialsAdd = new("partials", "partials_add", [], registers: 40, variants: [[]]);

    public static IEnumerable<KernelTemplate> All => [CopyForward, AddForward, BiasBackward, PartialsAdd];
}
