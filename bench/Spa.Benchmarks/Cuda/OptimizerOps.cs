using Spa.Engine.Compute;

namespace Spa.Benchmarks.Cuda;

/// <summary>AdamW on bfloat16 weights with float32 masters and moments, and the norm of the gradients.</summary>
internal static class OptimizerOps
{
    public static IReadOnlyList<DeviceOp> All { get; } =
    [
        // Reads gradient, master and both moments, writes weight, master and moments.
        DeviceOp.OfBytes("adamw", c => 30.0 * c["elements"], (inputs, c) =>
        {
            int count = c["elements"];
            Tensor master = inputs.Normal(count, 1, DType.Float32), weights = inputs.Normal(count, 1), gradients = inputs.Normal(count, 1, DType.Float32), norm = inputs.Filled(1, 1, 1);
            Tensor m = inputs.Zeros(count, 1), v = inputs.Zeros(count, 1);
            return () => inputs.Backend.AdamW(weights, master, gradients, m, v, norm, new AdamWStep(1e-6, 0.9, 0.999, 1e-8, 0.01, 10, 1));
        }),
        DeviceOp.OfBytes("gradient_norm", c => 4.0 * c["elements"], (inputs, c) =>
        {
            Tensor gradients = inputs.Normal(c["elements"], 1, DType.Float32), norm = inputs.Empty(DType.Float32, 1, 1);
            return () => inputs.Backend.GradientNorm(norm, gradients);
        }),
    ];
}
