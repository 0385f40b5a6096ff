using Spa.Engine.Compute;
using Spa.Engine.Models;

namespace Spa.Benchmarks.Cuda;

/// <summary>Ops on rows of bfloat16 activations, bound by memory: norms, rotation, gated MLP, embedding.</summary>
internal static class RowOps
{
    private const float Epsilon = 1e-5f;

    public static IReadOnlyList<DeviceOp> All { get; } =
    [
        DeviceOp.OfBytes("rmsnorm_forward", c => 4.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            (Tensor x, Tensor y, Tensor weight) = Rows(inputs, c);
            Tensor rstd = inputs.Empty(DType.Float32, c["rows"], 1);
            return () => inputs.Backend.RmsNormForward(y, rstd, x, weight, Epsilon, false);
        }),
        DeviceOp.OfBytes("rmsnorm_backward", c => 6.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            (Tensor x, Tensor y, Tensor weight) = Rows(inputs, c);
            Tensor rstd = inputs.Empty(DType.Float32, c["rows"], 1), dout = inputs.Normal(c["rows"], c["columns"]), dweight = inputs.Zeros(1, c["columns"]);
            inputs.Backend.RmsNormForward(y, rstd, x, weight, Epsilon, false);
            return () => inputs.Backend.RmsNormBackward(y, dweight, dout, x, weight, rstd, false, false);
        }),
        DeviceOp.OfBytes("layernorm_forward", c => 4.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            (Tensor x, Tensor y, Tensor weight) = Rows(inputs, c);
            Tensor bias = inputs.Normal(1, c["columns"], DType.Float32), statistics = inputs.Empty(DType.Float32, c["rows"], 2);
            return () => inputs.Backend.LayerNormForward(y, statistics, x, weight, bias, Epsilon);
        }),
        DeviceOp.OfBytes("layernorm_backward", c => 6.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            (Tensor x, Tensor y, Tensor weight) = Rows(inputs, c);
            Tensor bias = inputs.Normal(1, c["columns"], DType.Float32), statistics = inputs.Empty(DType.Float32, c["rows"], 2), dout = inputs.Normal(c["rows"], c["columns"]);
            Tensor dweight = inputs.Zeros(1, c["columns"]), dbias = inputs.Zeros(1, c["columns"]);
            inputs.Backend.LayerNormForward(y, statistics, x, weight, bias, Epsilon);
            return () => inputs.Backend.LayerNormBackward(y, dweight, dbias, dout, x, weight, statistics, false);
        }),
        // In place, on the queries of a fused q, k, v.
        DeviceOp.OfBytes("rotary", c => 4.0 * c["rows"] * c["heads"] * c["head_dim"], (inputs, c) =>
        {
            int rows = c["rows"], width = c["heads"] * c["head_dim"];
            Tensor x = inputs.Normal(rows, width + 2 * c["head_dim"]).ColumnRange(0, width), positions = inputs.Ids(rows, rows), table = inputs.Empty(DType.Float32, rows, c["head_dim"]);
            inputs.Backend.Upload<float>(table, RotaryTable.Create(new RotarySettings { Dimensions = c["head_dim"], Theta = 10_000 }, rows));
            return () => inputs.Backend.Rotary(x, positions, table, c["head_dim"], false, false);
        }),
        DeviceOp.OfBytes("glu_forward", c => 6.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor gateUp = inputs.Normal(c["rows"], 2 * c["columns"]), output = inputs.Empty(DType.BFloat16, c["rows"], c["columns"]);
            return () => inputs.Backend.GluForward(output, gateUp, ActivationKind.Silu);
        }),
        DeviceOp.OfBytes("glu_backward", c => 10.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor gateUp = inputs.Normal(c["rows"], 2 * c["columns"]), dout = inputs.Normal(c["rows"], c["columns"]), gradients = inputs.Empty(DType.BFloat16, c["rows"], 2 * c["columns"]);
            return () => inputs.Backend.GluBackward(gradients, dout, gateUp, ActivationKind.Silu);
        }),
        DeviceOp.OfBytes("embedding_forward", c => 4.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor ids = inputs.Ids(c["rows"], c["vocabulary"]), weight = inputs.Normal(c["vocabulary"], c["columns"]), output = inputs.Empty(DType.BFloat16, c["rows"], c["columns"]);
            return () => inputs.Backend.EmbeddingForward(output, ids, weight, 1);
        }),
        // Reads the gradients, reads and writes float32 sums of the rows that are met: at most one a token.
        DeviceOp.OfBytes("embedding_backward", c => 10.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor ids = inputs.Ids(c["rows"], c["vocabulary"]), dweight = inputs.Zeros(c["vocabulary"], c["columns"]), dout = inputs.Normal(c["rows"], c["columns"]);
            return () => inputs.Backend.EmbeddingBackward(dweight, ids, dout, 1);
        }),
    ];

    private static (Tensor Input, Tensor Output, Tensor Weight) Rows(DeviceInputs inputs, DeviceCase c) =>
        (inputs.Normal(c["rows"], c["columns"]), inputs.Empty(DType.BFloat16, c["rows"], c["columns"]), inputs.Normal(1, c["columns"], DType.Float32));
}
