using Spa.Engine.Compute;
using Spa.Engine.Compute.Cuda;

namespace Spa.Benchmarks.Cuda;

/// <summary>Ops on elements and rows of bfloat16 activations, bound by memory, that have no peer of their own: sums, biases, plain MLPs, rows by index, what adapters need, the cache, stored blocks.</summary>
internal static class ElementOps
{
    public static IReadOnlyList<DeviceOp> All { get; } =
    [
        DeviceOp.OfBytes("add", c => 6.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            (Tensor to, Tensor from) = (Rows(inputs, c), Rows(inputs, c));
            return () => inputs.Backend.Add(to, from);
        }),
        DeviceOp.OfBytes("bias_backward", c => 2.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor dout = Rows(inputs, c), dbias = inputs.Zeros(1, c["columns"]);
            return () => inputs.Backend.BiasBackward(dbias, dout);
        }),
        DeviceOp.OfBytes("activation_forward", c => 4.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor input = Rows(inputs, c), output = Empty(inputs, c);
            return () => inputs.Backend.ActivationForward(output, input, ActivationKind.GeluTanh);
        }),
        DeviceOp.OfBytes("activation_backward", c => 6.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor input = Rows(inputs, c), dout = Rows(inputs, c), dinput = Empty(inputs, c);
            return () => inputs.Backend.ActivationBackward(dinput, dout, input, ActivationKind.GeluTanh);
        }),
        DeviceOp.OfBytes("gather", c => 4.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor input = inputs.Normal(c["from"], c["columns"]), output = Empty(inputs, c), indices = inputs.Ids(c["rows"], c["from"]);
            return () => inputs.Backend.GatherRows(output, input, indices);
        }),
        // Reads the rows, reads and writes those that they are added to: at most one a row.
        DeviceOp.OfBytes("scatter", c => 6.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor input = Rows(inputs, c), output = inputs.Zeros(c["to"], c["columns"], DType.BFloat16), indices = inputs.Ids(c["rows"], c["to"]);
            return () => inputs.Backend.ScatterRowsAdd(output, input, indices);
        }),
        DeviceOp.OfBytes("scale_forward", c => 6.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor input = Rows(inputs, c), residual = Rows(inputs, c), output = Empty(inputs, c), scale = inputs.Normal(1, c["columns"], DType.Float32);
            return () => inputs.Backend.Scale(output, input, 2, scale, residual: residual);
        }),
        DeviceOp.OfBytes("scale_backward", c => 4.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor input = Rows(inputs, c), dout = Rows(inputs, c), dscale = inputs.Zeros(1, c["columns"]);
            return () => inputs.Backend.ScaleBackward(dscale, dout, input);
        }),
        DeviceOp.OfBytes("dropout", c => 4.0 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor input = Rows(inputs, c), output = Empty(inputs, c), keys = inputs.Ids(2 * c["rows"], c["rows"]).Reshape(c["rows"], 2);
            return () => inputs.Backend.Dropout(output, input, keys, new DropoutMask(7, 1, 0.05));
        }),
        // Keys and values of a decode step.
        DeviceOp.OfBytes("kv_append", c => 8.0 * c["sequences"] * c["kv_heads"] * c["head_dim"], (inputs, c) =>
        {
            KvCache? cache = null;
            inputs.Keep(inputs.Backend.CreateArena("cache", arena => cache = new KvCache(1, c["kv_heads"], c["head_dim"], c["sequences"], DType.BFloat16, arena)));
            var rows = new PagedRows();
            for (int s = 0; s < c["sequences"]; s++)
            {
                rows.SetPages(s, [s]);
                rows.Add(s, s % KvCache.PageTokens);
            }

            Tensor keys = inputs.Normal(c["sequences"], c["kv_heads"] * c["head_dim"]), values = inputs.Normal(c["sequences"], c["kv_heads"] * c["head_dim"]);
            return () => inputs.Backend.KvAppend(cache!, 0, keys, values, rows);
        }),
        // 18 bytes of Q4_0 for 32 weights, 64 bytes out.
        DeviceOp.OfBytes("dequantise", c => 82.0 / 32 * c["rows"] * c["columns"], (inputs, c) =>
        {
            Tensor stored = inputs.Zeros((long)c["rows"] * c["columns"] / 32 * 18 / sizeof(int) + 1, 1, DType.Int32), output = Empty(inputs, c);
            return () => inputs.Backend.Dequantise(output, stored.Address, StoredBlocks.Q4_0);
        }),
        // NF4 with double quantisation: half a byte and 1/64 of one in, two out. Codes and scales are whatever the random numbers' bytes are.
        DeviceOp.OfBytes("dequantise_weight", c => (2 + 33.0 / 64) * c["rows"] * c["columns"], (inputs, c) =>
        {
            QuantisedFormat format = new(WeightCode.Nf4, IsNested: true);
            Tensor tables = inputs.Empty(DType.Float32, QuantisedWeight.TableLength, 1), output = Empty(inputs, c);
            inputs.Backend.Upload<float>(tables, CodeBook.Tables(format));
            Tensor stored = inputs.Normal(new QuantisedWeight(0, 0, format, c["rows"], c["columns"]).Bytes / sizeof(float) + 1, 1, DType.Float32);
            QuantisedWeight weight = new(stored.Address, tables.Address, format, c["rows"], c["columns"]);
            return () => inputs.Backend.DequantiseWeight(output, weight);
        }),
    ];

    private static Tensor Rows(DeviceInputs inputs, DeviceCase c) => inputs.Normal(c["rows"], c["columns"]);

    private static Tensor Empty(DeviceInputs inputs, DeviceCase c) => inputs.Empty(DType.BFloat16, c["rows"], c["columns"]);
}
