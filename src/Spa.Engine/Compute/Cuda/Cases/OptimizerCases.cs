using static Spa.Engine.Compute.DType;

namespace Spa.Engine.Compute.Cuda.Cases;

/// <summary>Kernels over the flat range of all weights.</summary>
internal static class OptimizerCases
{
    private const int Count = 1 << 17;

    private static readonly AdamWStep s_step = new(1e-3, 0.9, 0.999, 1e-8, 0.1, 3, 1);

    public static IEnumerable<KernelCase> All =>
    [
        new("gradient-norm 131072", ["gradient_norm_partial", "gradient_norm_finish"], t =>
        {
            Tensor gradients = t.Normal(Float32, Count, 1), norm = t.Filled(Float32, 1, 1);
            return () => t.Backend.GradientNorm(norm, gradients);
        }),
        new("adamw bf16 131072", ["adamw_forward"], t =>
        {
            Tensor weights = t.Normal(BFloat16, Count, 1), master = t.Normal(Float32, Count, 1), gradients = t.Normal(Float32, Count, 1), m = t.Filled(Float32, Count, 1), v = t.Filled(Float32, Count, 1), norm = t.Filled(Float32, 1, 1, 1);
            return () => t.Backend.AdamW(weights, master, gradients, m, v, norm, s_step);
        }),
        new("adamw-8bit bf16 131072", ["adamw_8bit"], t =>
        {
            Tensor weights = t.Normal(BFloat16, Count, 1), master = t.Normal(Float32, Count, 1), gradients = t.Normal(Float32, Count, 1), norm = t.Filled(Float32, 1, 1, 1);
            // 127 is the code of 0 in the map of m.
            Tensor m = t.Ints([.. Enumerable.Repeat(0x7F7F7F7F, Count / 4)]), v = t.Ids(Count / 4, 1);
            Tensor mScales = t.Filled(Float32, Count / CudaBackend.MomentBlock, 1), vScales = t.Filled(Float32, Count / CudaBackend.MomentBlock, 1);
            return () => t.Backend.AdamW8Bit(weights, master, gradients, m, v, mScales, vScales, norm, s_step);
        }),
        new("adamw-bf16 131072", ["adamw_bf16"], t =>
        {
            Tensor weights = t.Normal(BFloat16, Count, 1), gradients = t.Normal(Float32, Count, 1), m = t.Filled(BFloat16, Count, 1), v = t.Filled(BFloat16, Count, 1), norm = t.Filled(Float32, 1, 1, 1);
            return () => t.Backend.AdamWBf16(weights, gradients, m, v, norm, s_step, 7);
        }),
    ];
}
