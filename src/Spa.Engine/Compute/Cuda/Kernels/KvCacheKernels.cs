namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels of <c>CudaBackend.KvCache.cs</c>.</summary>
internal static class KvCacheKernels
{
    public static readonly KernelTemplate Append = new("kv_append", "kv_append", ["SPA_ACTIVATION_BF16", "SPA_CACHE_BF16"], registers: 40, [[0, 0], [0, 1], [1, 0], [1, 1]]);

    public static IEnumerable<KernelTemplate> All => [Append];
}
