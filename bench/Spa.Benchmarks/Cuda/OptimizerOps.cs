using Spa.Engine.Compute;

namespace Spa.Benchmarks.Cuda;

/// <summary>Optimiser steps on bfloat16 weights with float32 masters (adamw_bf16: without), and the norm of the gradients. Adafactor and Muon on one square-ish matrix.</summary>
internal static class OptimizerOps
{
    private static readonly AdamWStep s_step = new(1e-6, 0.9, 0.999, 1e-8, 0.01, 10, 1);

    public static IReadOnlyList<DeviceOp> All { get; } =
    [
        // Reads gradient, master and both moments, writes weight, master and moments.
        DeviceOp.OfBytes("adamw", c => 30.0 * c["elements"], (inputs, c) =>
        {
            int count = c["elements"];
            (Tensor weights, Tensor master, Tensor gradients, Tensor norm) = Flat(inputs, count);
            Tensor m = inputs.Zeros(count, 1), v = inputs.Zeros(count, 1);
            return () => inputs.Backend.AdamW(weights, master, gradients, m, v, norm, s_step);
        }),
        // One byte for each of the moments, and their scales.
        DeviceOp.OfBytes("adamw_8bit", c => 18.0 * c["elements"] + 16.0 * c["elements"] / ComputeBackend.MomentBlock, (inputs, c) =>
        {
            int count = c["elements"], blocks = (count + ComputeBackend.MomentBlock - 1) / ComputeBackend.MomentBlock;
            (Tensor weights, Tensor master, Tensor gradients, Tensor norm) = Flat(inputs, count);
            Tensor m = inputs.Zeros(count / 4, 1, DType.Int32), v = inputs.Zeros(count / 4, 1, DType.Int32), mScales = inputs.Filled(0.01f, blocks, 1), vScales = inputs.Filled(0.01f, blocks, 1);
            return () => inputs.Backend.AdamW8Bit(weights, master, gradients, m, v, mScales, vScales, norm, s_step);
        }),
        // Weight and moments are read and written in bfloat16.
        DeviceOp.OfBytes("adamw_bf16", c => 16.0 * c["elements"], (inputs, c) =>
        {
            int count = c["elements"];
            (Tensor weights, _, Tensor gradients, Tensor norm) = Flat(inputs, count);
            Tensor m = inputs.Zeros(count, 1, DType.BFloat16), v = inputs.Zeros(count, 1, DType.BFloat16);
            return () => inputs.Backend.AdamWBf16(weights, gradients, m, v, norm, s_step, 7);
        }),
        DeviceOp.OfBytes("lion", c => 22.0 * c["elements"], (inputs, c) =>
        {
            (Tensor weights, Tensor master, Tensor gradients, Tensor norm) = Flat(inputs, c["elements"]);
            Tensor m = inputs.Zeros(c["elements"], 1);
            return () => inputs.Backend.Lion(weights, master, gradients, m, norm, new LionStep(1e-6, 0.9, 0.99, 0.1, 1));
        }),
        // Two passes over the gradient before the update: the factors, the update's size.
        DeviceOp.OfBytes("adafactor", c => 26.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor weights = inputs.Normal(c["rows"], c["columns"]), master = inputs.Normal(c["rows"], c["columns"], DType.Float32), gradients = inputs.Normal(c["rows"], c["columns"], DType.Float32);
            Tensor rows = inputs.Filled(1, c["rows"], 1), columns = inputs.Filled(1, 1, c["columns"]), norm = inputs.Filled(1, 1, 1);
            return () => inputs.Backend.Adafactor(weights, master, gradients, rows, columns, norm, new AdafactorStep(1e-6, 0.1, 3, 1));
        }),
        // Everything of Muon's step but its products.
        DeviceOp.OfBytes("muon", c => (16.0 + 6.0 + 6.0 + 12.0) * c["rows"] * c["columns"], (inputs, c) =>
        {
            (int rows, int columns) = (c["rows"], c["columns"]);
            Tensor gradients = inputs.Normal(rows, columns, DType.Float32), m = inputs.Zeros(rows, columns), update = inputs.Empty(DType.Float32, rows, columns), norm = inputs.Filled(1, 1, 1);
            Tensor x = inputs.Normal(rows, columns), y = inputs.Normal(rows, columns), weights = inputs.Normal(rows, columns), master = inputs.Normal(rows, columns, DType.Float32);
            return () =>
            {
                inputs.Backend.MuonMomentum(update.Flat(0, update.Count), m.Flat(0, m.Count), gradients.Flat(0, gradients.Count), norm, 0.95, 1);
                inputs.Backend.DivideByNorm(x, update, norm, 1e-7);
                inputs.Backend.Combine(y, 3.4445, x, -4.775, y);
                inputs.Backend.MuonUpdate(weights, master, y, 0.999, 1e-6);
            };
        }),
        DeviceOp.OfBytes("gradient_norm", c => 4.0 * c["elements"], (inputs, c) =>
        {
            Tensor gradients = inputs.Normal(c["elements"], 1, DType.Float32), norm = inputs.Empty(DType.Float32, 1, 1);
            return () => inputs.Backend.GradientNorm(norm, gradients);
        }),
    ];
    private static (Tensor Weights, Tensor Master, Tensor Gradients, Tensor Norm) Flat(DeviceInputs inputs, int count) =>
        (inputs.Normal(count, 1), inputs.Normal(count, 1, DType.Float32), inputs.Normal(count, 1, DType.Float32), inputs.Filled(1, 1, 1));
}
