using Spa.Engine.Compute;

namespace Spa.Benchmarks.Cuda;

/// <summary>
/// Products of bfloat16 matrices in the three forms of a linear layer: nt is forward, nn the input's gradient, both into bfloat16; tn is the weight's gradient, into float32. Each by
/// cuBLASLt and by our kernels.
/// </summary>
internal static class MatMulOps
{
    public const string Name = "matmul";

    public const string Library = "cublaslt";

    public const string Own = "own";

    public static IReadOnlyList<DeviceOp> All { get; } =
    [
        new DeviceOp(Name, c => 2.0 * c["m"] * c["n"] * c["k"], Bytes, Prepare) { Variants = [Library, Own] },
        // Few rows, as a decode step has: bound by the weight, which is read once.
        DeviceOp.OfBytes("matmul_rows", c => 2.0 * c["n"] * c["k"], (inputs, c) =>
        {
            Tensor x = inputs.Normal(c["m"], c["k"]), weight = inputs.Normal(c["n"], c["k"]), y = inputs.Empty(DType.BFloat16, c["m"], c["n"]);
            return () => inputs.Backend.MatMul(y, x, weight, transposeB: true);
        }),
    ];

    private static double Bytes(DeviceCase c) => 2.0 * c["m"] * c["k"] + 2.0 * c["n"] * c["k"] + 2.0 * c["m"] * c["n"] + (c.Text("form") == "tn" ? 2.0 * c["n"] * c["k"] : 0);

    private static Action Prepare(DeviceInputs inputs, DeviceCase c)
    {
        int m = c["m"], n = c["n"], k = c["k"];
        ComputeBackend backend = inputs.Backend;
        switch (c.Text("form"))
        {
            case "nt":
                {
                    Tensor x = inputs.Normal(m, k), weight = inputs.Normal(n, k), y = inputs.Empty(DType.BFloat16, m, n);
                    return () => backend.MatMul(y, x, weight, transposeB: true);
                }
            case "nn":
                {
                    Tensor dout = inputs.Normal(m, n), weight = inputs.Normal(n, k), dx = inputs.Empty(DType.BFloat16, m, k);
                    return () => backend.MatMul(dx, dout, weight);
                }
            default:
                {
                    Tensor dout = inputs.Normal(m, n), x = inputs.Normal(m, k), dweight = inputs.Empty(DType.Float32, n, k);
                    return () => backend.MatMul(dweight, dout, x, transposeA: true);
                }
        }
    }
}
