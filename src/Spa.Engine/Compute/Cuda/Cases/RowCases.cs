using static Spa.Engine.Compute.DType;

namespace Spa.Engine.Compute.Cuda.Cases;

/// <summary>Kernels that go through rows: elements, norms, rotary embedding, MLP.</summary>
internal static class RowCases
{
    private const float Epsilon = 1e-5f;

    public static IEnumerable<KernelCase> All =>
    [
        new("copy f32 to bf16 64x576", ["copy_forward"], t =>
        {
            Tensor from = t.Normal(Float32, 64, 576), to = t.Filled(BFloat16, 64, 576);
            return () => t.Backend.Copy(to, from);
        }),
        new("add bf16 64x576", ["add_forward"], t =>
        {
            Tensor from = t.Normal(BFloat16, 64, 576), to = t.Filled(BFloat16, 64, 576);
            return () => t.Backend.Add(to, from);
        }),
        new("bias-backward bf16 256x960", ["bias_backward", "partials_add"], t =>
        {
            Tensor dout = t.Normal(BFloat16, 256, 960), dbias = t.Filled(Float32, 1, 960);
            return () => t.Backend.BiasBackward(dbias, dout);
        }),
        RmsNorm("bf16 64x576", BFloat16, 64, 576, 576),
        RmsNorm("bf16 32x4096", BFloat16, 32, 4096, 4096),
        RmsNorm("f32 64x576 by 64", Float32, 64, 576, 64),
        RmsNormBackward("bf16 64x576", BFloat16, 64, 576),
        RmsNormBackward("bf16 32x4096", BFloat16, 32, 4096),
        LayerNorm("bf16 64x768", 64, 768),
        LayerNorm("bf16 32x4096", 32, 4096),
        LayerNormBackward("bf16 64x768", 64, 768),
        LayerNormBackward("bf16 32x4096", 32, 4096),
        Rotary("bf16 64x9x64", interleaved: false),
        Rotary("bf16 64x9x64 interleaved", interleaved: true),
        new("glu silu bf16 64x1536", ["glu_forward"], t =>
        {
            Tensor gateUp = t.Normal(BFloat16, 64, 2 * 1536), output = t.Filled(BFloat16, 64, 1536);
            return () => t.Backend.GluForward(output, gateUp, ActivationKind.Silu);
        }),
        new("glu-backward silu bf16 64x1536", ["glu_backward"], t =>
        {
            Tensor gateUp = t.Normal(BFloat16, 64, 2 * 1536), dgateUp = t.Filled(BFloat16, 64, 2 * 1536), dout = t.Normal(BFloat16, 64, 1536), output = t.Filled(BFloat16, 64, 1536);
            return () => t.Backend.GluBackward(dgateUp, dout, gateUp, ActivationKind.Silu, output);
        }),
        new("activation gelu bf16 64x3072", ["activation_forward"], t =>
        {
            Tensor input = t.Normal(BFloat16, 64, 3072), output = t.Filled(BFloat16, 64, 3072);
            return () => t.Backend.ActivationForward(output, input, ActivationKind.GeluTanh);
        }),
        new("activation-backward gelu bf16 64x3072", ["activation_backward"], t =>
        {
            Tensor input = t.Normal(BFloat16, 64, 3072), dout = t.Normal(BFloat16, 64, 3072), dinput = t.Filled(BFloat16, 64, 3072);
            return () => t.Backend.ActivationBackward(dinput, dout, input, ActivationKind.GeluTanh);
        }),
        new("scale bf16 64x576", ["scale_forward"], t =>
        {
            Tensor input = t.Normal(BFloat16, 64, 576), output = t.Filled(BFloat16, 64, 576), scale = t.Normal(Float32, 1, 576), residual = t.Normal(BFloat16, 64, 576);
            return () => t.Backend.Scale(output, input, 0.5f, scale, default, residual);
        }),
        new("scale-backward bf16 256x960", ["scale_backward", "partials_add"], t =>
        {
            Tensor input = t.Normal(BFloat16, 256, 960), dout = t.Normal(BFloat16, 256, 960), dscale = t.Filled(Float32, 1, 960);
            return () => t.Backend.ScaleBackward(dscale, dout, input);
        }),
        new("dropout bf16 64x576", ["dropout_forward"], t =>
        {
            Tensor input = t.Normal(BFloat16, 64, 576), output = t.Filled(BFloat16, 64, 576), keys = t.Ids(128, 1 << 30);
            return () => t.Backend.Dropout(output, input, keys, new DropoutMask(1, 0, 0.1));
        }),
        new("dequantise q8_0 to bf16 64x576", ["dequantise_forward"], t => Dequantise(t, StoredBlocks.Q8_0, blockBytes: 34, scales: 1)),
        new("dequantise q4_0 to bf16 64x576", ["dequantise_forward"], t => Dequantise(t, StoredBlocks.Q4_0, blockBytes: 18, scales: 1)),
        new("dequantise q4_1 to bf16 64x576", ["dequantise_forward"], t => Dequantise(t, StoredBlocks.Q4_1, blockBytes: 20, scales: 2)),
        new("dequantise-weight nf4 to bf16 64x576", ["dequantise_weight_forward"], t => DequantiseWeight(t, new QuantisedFormat(WeightCode.Nf4, IsNested: false))),
        new("dequantise-weight nf4 nested to bf16 64x576", ["dequantise_weight_forward"], t => DequantiseWeight(t, new QuantisedFormat(WeightCode.Nf4, IsNested: true))),
        new("dequantise-weight int8 to bf16 64x576", ["dequantise_weight_forward"], t => DequantiseWeight(t, new QuantisedFormat(WeightCode.Int8, IsNested: false))),
    ];

    private static KernelCase RmsNorm(string form, DType type, int rows, int columns, int group) => new($"rmsnorm {form}", ["rmsnorm_forward"], t =>
    {
        Tensor input = t.Normal(type, rows, columns), residual = t.Normal(type, rows, columns), weight = t.Normal(type, 1, group), output = t.Filled(type, rows, columns), rstd = t.Filled(Float32, rows, columns / group);
        return () => t.Backend.RmsNormForward(output, rstd, input, weight, Epsilon, false, residual);
    });

    private static KernelCase RmsNormBackward(string form, DType type, int rows, int columns) => new($"rmsnorm-backward {form}", ["rmsnorm_backward", "partials_add"], t =>
    {
        Tensor input = t.Normal(type, rows, columns), dout = t.Normal(type, rows, columns), weight = t.Normal(type, 1, columns), dinput = t.Filled(type, rows, columns);
        Tensor dweight = t.Filled(Float32, 1, columns), rstd = t.Filled(Float32, rows, 1, 1);
        return () => t.Backend.RmsNormBackward(dinput, dweight, dout, input, weight, rstd, false, false);
    });

    private static KernelCase LayerNorm(string form, int rows, int columns) => new($"layernorm {form}", ["layernorm_forward"], t =>
    {
        Tensor input = t.Normal(BFloat16, rows, columns), residual = t.Normal(BFloat16, rows, columns), weight = t.Normal(BFloat16, 1, columns), bias = t.Normal(BFloat16, 1, columns);
        Tensor output = t.Filled(BFloat16, rows, columns), statistics = t.Filled(Float32, rows, 2);
        return () => t.Backend.LayerNormForward(output, statistics, input, weight, bias, Epsilon, residual);
    });

    private static KernelCase LayerNormBackward(string form, int rows, int columns) => new($"layernorm-backward {form}", ["layernorm_backward", "partials_add"], t =>
    {
        Tensor input = t.Normal(BFloat16, rows, columns), dout = t.Normal(BFloat16, rows, columns), weight = t.Normal(BFloat16, 1, columns), dinput = t.Filled(BFloat16, rows, columns);
        Tensor dweight = t.Filled(Float32, 1, columns), dbias = t.Filled(Float32, 1, columns), statistics = t.Filled(Float32, rows, 2, 1);
        return () => t.Backend.LayerNormBackward(dinput, dweight, dbias, dout, input, weight, statistics, false);
    });

    private static KernelCase Rotary(string form, bool interleaved) => new($"rotary {form}", ["rotary_forward"], t =>
    {
        // The heads of q in the fused q, k, v.
        Tensor x = t.Normal(BFloat16, 64, 960).ColumnRange(0, 576), table = t.Normal(Float32, 512, 64), positions = t.Ids(64, 512);
        return () => t.Backend.Rotary(x, positions, table, 64, interleaved, false);
    });

    private static Action DequantiseWeight(CaseTensors t, QuantisedFormat format)
    {
        Tensor output = t.Filled(BFloat16, 64, 576), tables = t.Normal(Float32, QuantisedWeight.TableLength, 1);
        // Any bytes: only how they are read counts.
        nint codes = t.Blocks(1, checked((int)new QuantisedWeight(0, 0, format, 64, 576).Bytes), scales: 0);
        return () => t.Backend.DequantiseWeight(output, new QuantisedWeight(codes, tables.Address, format, 64, 576));
    }

    private static Action Dequantise(CaseTensors t, StoredBlocks kind, int blockBytes, int scales)
    {
        Tensor output = t.Filled(BFloat16, 64, 576);
        nint stored = t.Blocks(64 * 576 / 32, blockBytes, scales);
        return () => t.Backend.Dequantise(output, stored, kind);
    }
}
