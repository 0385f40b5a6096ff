using static Spa.Engine.Compute.DType;

namespace Spa.Engine.Compute.Cuda.Cases;

/// <summary>Kernels over the flat range of all weights.</summary>
internal static class OptimizerCases
{
    private const int Rows = 512, Columns = 256, Count = Rows * Columns;

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
            Tensor mScales = t.Filled(Float32, Count / ComputeBackend.MomentBlock, 1), vScales = t.Filled(Float32, Count / ComputeBackend.MomentBlock, 1);
            return () => t.Backend.AdamW8Bit(weights, master, gradients, m, v, mScales, vScales, norm, s_step);
        }),
        new("adamw-bf16 131072", ["adamw_bf16"], t =>
        {
            Tensor weights = t.Normal(BFloat16, Count, 1), gradients = t.Normal(Float32, Count, 1), m = t.Filled(BFloat16, Count, 1), v = t.Filled(BFloat16, Count, 1), norm = t.Filled(Float32, 1, 1, 1);
            return () => t.Backend.AdamWBf16(weights, gradients, m, v, norm, s_step, 7);
        }),
        new("lion bf16 131072", ["lion_forward"], t =>
        {
            Tensor weights = t.Normal(BFloat16, Count, 1), master = t.Normal(Float32, Count, 1), gradients = t.Normal(Float32, Count, 1), m = t.Filled(Float32, Count, 1), norm = t.Filled(Float32, 1, 1, 1);
            return () => t.Backend.Lion(weights, master, gradients, m, norm, new LionStep(1e-4, 0.9, 0.99, 0.1, 1));
        }),
        new("adafactor bf16 512x256", ["adafactor_rows", "adafactor_columns", "adafactor_factors", "adafactor_squares", "adafactor_scale", "adafactor_update"], t =>
        {
            Tensor weights = t.Normal(BFloat16, Rows, Columns), master = t.Normal(Float32, Rows, Columns), gradients = t.Normal(Float32, Rows, Columns);
            Tensor rows = t.Filled(Float32, Rows, 1), columns = t.Filled(Float32, 1, Columns), norm = t.Filled(Float32, 1, 1, 1);
            return () => t.Backend.Adafactor(weights, master, gradients, rows, columns, norm, new AdafactorStep(1e-3, 0.1, 3, 1));
        }),
        new("muon-momentum 131072", ["muon_momentum"], t =>
        {
            Tensor output = t.Filled(Float32, Count, 1), m = t.Filled(Float32, Count, 1), gradients = t.Normal(Float32, Count, 1), norm = t.Filled(Float32, 1, 1, 1);
            return () => t.Backend.MuonMomentum(output, m, gradients, norm, 0.95, 1);
        }),
        new("muon-divide bf16 512x256", ["muon_divide"], t =>
        {
            Tensor output = t.Filled(BFloat16, Rows, Columns), input = t.Normal(Float32, Rows, Columns), norm = t.Filled(Float32, 1, 1, 1);
            return () => t.Backend.DivideByNorm(output, input, norm, 1e-7);
        }),
        new("muon-combine bf16 512x256", ["muon_combine"], t =>
        {
            Tensor output = t.Filled(BFloat16, Rows, Columns), x = t.Normal(BFloat16, Rows, Columns), y = t.Normal(BFloat16, Rows, Columns);
            return () => t.Backend.Combine(output, 3.4445, x, -4.775, y);
        }),
        new("muon-update bf16 512x256", ["muon_update"], t =>
        {
            Tensor weights = t.Normal(BFloat16, Rows, Columns), master = t.Normal(Float32, Rows, Columns), update = t.Normal(BFloat16, Rows, Columns);
            return () => t.Backend.MuonUpdate(weights, master, update, 0.999, 1e-3);
        }),
    ];
}
