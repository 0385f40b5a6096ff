using Spa.Engine.Compute;

namespace Spa.Benchmarks.Cuda;

/// <summary>The float32 path, which is there for parity with the CPU, not for speed: products and attention without tensor cores.</summary>
internal static class FloatOps
{
    public static IReadOnlyList<DeviceOp> All { get; } =
    [
        new DeviceOp("matmul_float", c => 2.0 * c["m"] * c["n"] * c["k"], _ => 0, (inputs, c) =>
        {
            Tensor x = inputs.Normal(c["m"], c["k"], DType.Float32), weight = inputs.Normal(c["n"], c["k"], DType.Float32), y = inputs.Empty(DType.Float32, c["m"], c["n"]);
            return () => inputs.Backend.MatMul(y, x, weight, transposeB: true);
        }),
        new DeviceOp("attention_forward_float", c => 2 * AttentionOps.Product(c), _ => 0, (inputs, c) => new PackedAttention(inputs, c, DType.Float32).Forward),
        new DeviceOp("attention_backward_float", c => 5 * AttentionOps.Product(c), _ => 0, (inputs, c) => new PackedAttention(inputs, c, DType.Float32).BackwardAfterForward(inputs)),
    ];
}
