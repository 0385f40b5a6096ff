using static Spa.Engine.Compute.DType;

namespace Spa.Engine.Compute.Cuda.Cases;

/// <summary>Kernels that pick rows by index.</summary>
internal static class EmbeddingCases
{
    public static IEnumerable<KernelCase> All =>
    [
        new("embedding bf16 64 of 512x576", ["embedding_forward"], t =>
        {
            Tensor ids = t.Ids(64, 512), weight = t.Normal(BFloat16, 512, 576), output = t.Filled(BFloat16, 64, 576);
            return () => t.Backend.EmbeddingForward(output, ids, weight, 1);
        }),
        new("embedding-backward bf16 256 of 512x576", ["scatter_order", "scatter_add"], t =>
        {
            Tensor ids = t.Ids(256, 512), dout = t.Normal(BFloat16, 256, 576), dweight = t.Filled(Float32, 512, 576);
            return () => t.Backend.EmbeddingBackward(dweight, ids, dout, 1);
        }),
        new("gather bf16 64 of 128x576", ["gather_forward"], t =>
        {
            Tensor rows = t.Ids(64, 128), input = t.Normal(BFloat16, 128, 576), output = t.Filled(BFloat16, 64, 576);
            return () => t.Backend.GatherRows(output, input, rows);
        }),
    ];
}
