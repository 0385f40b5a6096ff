namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels of <c>CudaBackend.Attention.cs</c> and of paged attention. Head sizes between those of the list are padded with zeros.</summary>
internal static class AttentionKernels
{
    /// <summary>Head sizes for which there are kernels.</summary>
    public static readonly int[] HeadDims = [32, 64, 96, 128, 256];

    private static readonly int[][] s_headDims = [.. HeadDims.Select(headDim => new[] { headDim })];

    /// <summary>Packed rows; paged rows, in tiles of four warps; decoded rows, one warp.</summary>
    public static readonly KernelTemplate Forward = new("attention_forward", "attention_forward", ["SPA_HEAD_DIM", "SPA_PAGED", "SPA_WARPS"], registers: 255,
        [.. HeadDims.SelectMany(headDim => new int[][] { [headDim, 0, 4], [headDim, 1, 4], [headDim, 1, 1] })]);

    /// <summary>Packed rows in float32; paged rows where activations or cache are float32.</summary>
    public static readonly KernelTemplate ForwardFloat = new("attention_forward_float", "attention_forward_float",
        ["SPA_HEAD_DIM", "SPA_PAGED", "SPA_ACTIVATION_BF16", "SPA_CACHE_BF16"], registers: 168,
        [.. HeadDims.SelectMany(headDim => new int[][] { [headDim, 0, 0, 0], [headDim, 1, 0, 0], [headDim, 1, 0, 1], [headDim, 1, 1, 0] })]);

    public static readonly KernelTemplate Combine = new("attention_combine", "attention_combine", ["SPA_HEAD_DIM"], registers: 64, s_headDims);

    public static readonly KernelTemplate Delta = new("attention_delta", "attention_delta", ["SPA_ACTIVATION_BF16"], registers: 40, [[0], [1]]);

    public static readonly KernelTemplate QueryGradient = new("attention_query_gradient", "attention_query_gradient", ["SPA_HEAD_DIM"], registers: 255, s_headDims);

    public static readonly KernelTemplate QueryGradientFloat = new("attention_query_gradient_float", "attention_query_gradient_float", ["SPA_HEAD_DIM"], registers: 168, s_headDims);

    public static readonly KernelTemplate KeyGradient = new("attention_key_gradient", "attention_key_gradient", ["SPA_HEAD_DIM"], registers: 255, s_headDims);

    public static readonly KernelTemplate KeyGradientFloat = new("attention_key_gradient_float", "attention_key_gradient_float", ["SPA_HEAD_DIM"], registers: 168, s_headDims);

    public static IEnumerable<KernelTemplate> All => [Forward, ForwardFloat, Combine, Delta, QueryGradient, QueryGradientFloat, KeyGradient, KeyGradientFloat];

    /// <summary>The smallest head size of the list that holds <paramref name="headDim"/>.</summary>
    public static int PaddedHeadDim(int headDim)
    {
        foreach (int padded in HeadDims)
        {
            if (headDim <= padded) return padded;
        }

        return 0;
    }
}
