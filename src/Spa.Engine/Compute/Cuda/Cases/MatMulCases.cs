using static Spa.Engine.Compute.DType;

namespace Spa.Engine.Compute.Cuda.Cases;

/// <summary>Matrix products by our own kernels: the three forms of a linear layer, in large and small tiles, few rows, and float32.</summary>
internal static class MatMulCases
{
    public static IEnumerable<KernelCase> All =>
    [
        // 132 tiles of 128: the least that takes them on a device of 132 multiprocessors.
        Product("forward bf16 1536x1408x64", BFloat16, 1536, 1408, 64, transposeB: true),
        Product("dinput bf16 1536x1408x64", BFloat16, 1536, 1408, 64),
        Product("dweight bf16 1536x1408x64", BFloat16, 1536, 1408, 64, transposeA: true),
        Product("forward bf16 128x576x576", BFloat16, 128, 576, 576, transposeB: true),
        Product("dinput bf16 128x576x576", BFloat16, 128, 576, 576),
        Product("dweight bf16 576x576x128", BFloat16, 576, 576, 128, transposeA: true),
        // Rows of 1,154 bytes do not start on 16.
        Product("forward bf16 128x64x577", BFloat16, 128, 64, 577, transposeB: true),
        new("matmul decode bf16 8x576x576", ["matmul_rows"], t => Multiply(t, BFloat16, 8, 576, 576, false, true)),
        new("matmul decode bf16 8x8192x256", ["matmul_rows"], t => Multiply(t, BFloat16, 8, 8192, 256, false, true)),
        new("matmul forward f32 128x192x576", ["matmul_float"], t => Multiply(t, Float32, 128, 192, 576, false, true)),
        new("matmul dinput f32 128x192x576", ["matmul_float"], t => Multiply(t, Float32, 128, 192, 576, false, false)),
        new("matmul dweight f32 128x192x576", ["matmul_float"], t => Multiply(t, Float32, 128, 192, 576, true, false)),
        new("matmul decode f32 8x576x576", ["matmul_float"], t => Multiply(t, Float32, 8, 576, 576, false, true)),
    ];

    private static KernelCase Product(string form, DType type, int m, int n, int k, bool transposeA = false, bool transposeB = false) =>
        new($"matmul {form}", ["matmul"], t => Multiply(t, type, m, n, k, transposeA, transposeB));

    private static Action Multiply(CaseTensors t, DType type, int m, int n, int k, bool transposeA, bool transposeB)
    {
        Tensor a = transposeA ? t.Normal(type, k, m) : t.Normal(type, m, k), b = transposeB ? t.Normal(type, n, k) : t.Normal(type, k, n);
        // A weight's gradient is float32 and adds up over micro-batches.
        Tensor output = t.Filled(transposeA ? Float32 : type, m, n);
        return () => t.Backend.MatMul(output, a, b, transposeA, transposeB, accumulate: transposeA);
    }
}
