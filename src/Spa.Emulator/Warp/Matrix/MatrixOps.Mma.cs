using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp.Matrix;

internal static unsafe partial class MatrixOps
{
    /// <summary>The form of <c>mma.sync.aligned.SHAPE.row.col[.satfinite].D.A.B.C</c> with these names, or null where it is not implemented.</summary>
    /// <param name="shape">As in PTX, such as <c>m16n8k16</c>.</param>
    /// <param name="d">Type of the result, such as <c>f32</c>.</param>
    /// <param name="a">Type of A, such as <c>bf16</c>.</param>
    /// <param name="b">Type of B.</param>
    /// <param name="c">Type of the addend.</param>
    /// <param name="saturate">The <c>.satfinite</c> modifier (integers).</param>
    public static MmaInstruction? FindMma(string shape, string d, string a, string b, string c, bool saturate = false)
    {
        if (saturate && d != "s32") return null;
        return (shape, $"{d}.{a}.{b}.{c}") switch
        {
            ("m16n8k8", "f32.bf16.bf16.f32") => Make<MmaBf16, MmaBf16, MmaAccumulatorF32>(1),
            ("m16n8k16", "f32.bf16.bf16.f32") => Make<MmaBf16, MmaBf16, MmaAccumulatorF32>(2),
            ("m16n8k8", "f32.f16.f16.f32") => Make<MmaF16, MmaF16, MmaAccumulatorF32>(1),
            ("m16n8k16", "f32.f16.f16.f32") => Make<MmaF16, MmaF16, MmaAccumulatorF32>(2),
            ("m16n8k8", "f16.f16.f16.f16") => Make<MmaF16, MmaF16, MmaAccumulatorF16>(1),
            ("m16n8k16", "f16.f16.f16.f16") => Make<MmaF16, MmaF16, MmaAccumulatorF16>(2),
            ("m16n8k4", "f32.tf32.tf32.f32") => Make<MmaTf32, MmaTf32, MmaAccumulatorF32>(1),
            ("m16n8k8", "f32.tf32.tf32.f32") => Make<MmaTf32, MmaTf32, MmaAccumulatorF32>(2),
            ("m16n8k16", "s32.s8.s8.s32") => Integer<MmaS8, MmaS8>(1, saturate),
            ("m16n8k32", "s32.s8.s8.s32") => Integer<MmaS8, MmaS8>(2, saturate),
            ("m16n8k16", "s32.s8.u8.s32") => Integer<MmaS8, MmaU8>(1, saturate),
            ("m16n8k32", "s32.s8.u8.s32") => Integer<MmaS8, MmaU8>(2, saturate),
            ("m16n8k16", "s32.u8.s8.s32") => Integer<MmaU8, MmaS8>(1, saturate),
            ("m16n8k32", "s32.u8.s8.s32") => Integer<MmaU8, MmaS8>(2, saturate),
            ("m16n8k16", "s32.u8.u8.s32") => Integer<MmaU8, MmaU8>(1, saturate),
            ("m16n8k32", "s32.u8.u8.s32") => Integer<MmaU8, MmaU8>(2, saturate),
            ("m8n8k4", "f64.f64.f64.f64") => new MmaInstruction(&Mma8x8x4F64, 1, 1, 1, 2, 2 * 8 * 8 * 4, wide: true),
            _ => null,
        };
    }

    private static MmaInstruction Integer<TA, TB>(int blocks, bool saturate)
        where TA : struct, IMmaElement
        where TB : struct, IMmaElement
        => saturate ? Make<TA, TB, MmaAccumulatorS32Clamped>(blocks) : Make<TA, TB, MmaAccumulatorS32>(blocks);

    private static MmaInstruction Make<TA, TB, TAccumulator>(int blocks)
        where TA : struct, IMmaElement
        where TB : struct, IMmaElement
        where TAccumulator : struct, IMmaAccumulator
        => new(&Mma16x8<TA, TB, TAccumulator>, blocks, 2 * blocks, blocks, TAccumulator.Registers, 2 * 16 * 8 * blocks * TA.PerRow);

    /// <summary>The 16 by 8 shapes. Register j of A is rows 8 (j mod 2) and block j / 2 of k; register j of B is block j of k. All operands are read before D is written.</summary>
    [SkipLocalsInit]
    private static void Mma16x8<TA, TB, TAccumulator>(int blocks, uint** d, uint** a, uint** b, uint** c)
        where TA : struct, IMmaElement
        where TB : struct, IMmaElement
        where TAccumulator : struct, IMmaAccumulator
    {
        int k = blocks * TA.PerRow;
        double* sums = stackalloc double[16 * 8];
        double* rows = stackalloc double[16 * 32];
        double* depths = stackalloc double[32 * 8];
        TAccumulator.Load(c, sums);
        for (int block = 0; block < blocks; block++)
        {
            TA.Rows(a[2 * block], rows + block * TA.PerRow, k);
            TA.Rows(a[2 * block + 1], rows + 8 * k + block * TA.PerRow, k);
            TB.Columns(b[block], depths + block * TB.PerRow * 8);
        }

        MultiplyAdd(rows, depths, sums, k);
        MultiplyAdd(rows + 8 * k, depths, sums + 64, k);
        TAccumulator.Store(d, sums);
    }

    /// <summary>Adds eight rows of A (8, k) times B (k, 8) to C (8, 8), k ascending; eight independent chains hide the latency of the multiply-add.</summary>
    private static void MultiplyAdd(double* a, double* b, double* c, int k)
    {
        Vector512<double> c0 = Vector512.Load(c), c1 = Vector512.Load(c + 8), c2 = Vector512.Load(c + 16), c3 = Vector512.Load(c + 24);
        Vector512<double> c4 = Vector512.Load(c + 32), c5 = Vector512.Load(c + 40), c6 = Vector512.Load(c + 48), c7 = Vector512.Load(c + 56);
        for (int i = 0; i < k; i++)
        {
            Vector512<double> row = Vector512.Load(b + i * 8);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[i]), row, c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[k + i]), row, c1);
            c2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[2 * k + i]), row, c2);
            c3 = Vector512.FusedMultiplyAdd(Vector512.Create(a[3 * k + i]), row, c3);
            c4 = Vector512.FusedMultiplyAdd(Vector512.Create(a[4 * k + i]), row, c4);
            c5 = Vector512.FusedMultiplyAdd(Vector512.Create(a[5 * k + i]), row, c5);
            c6 = Vector512.FusedMultiplyAdd(Vector512.Create(a[6 * k + i]), row, c6);
            c7 = Vector512.FusedMultiplyAdd(Vector512.Create(a[7 * k + i]), row, c7);
        }

        c0.Store(c);
        c1.Store(c + 8);
        c2.Store(c + 16);
        c3.Store(c + 24);
        c4.Store(c + 32);
        c5.Store(c + 40);
        c6.Store(c + 48);
        c7.Store(c + 56);
    }

    /// <summary><c>m8n8k4</c> in float64: lane 4r + t holds A[r, t], B[t, r] and C[r, 2t], C[r, 2t + 1].</summary>
    private static void Mma8x8x4F64(int blocks, uint** d, uint** a, uint** b, uint** c)
    {
        double* sums = stackalloc double[64];
        double* depths = stackalloc double[32];
        for (int i = 0; i < 64; i++) sums[i] = ((double*)c[i & 1])[i >> 1];
        for (int i = 0; i < 32; i++) depths[(i & 3) * 8 + (i >> 2)] = ((double*)b[0])[i];
        MultiplyAdd((double*)a[0], depths, sums, 4);
        for (int i = 0; i < 64; i++) ((double*)d[i & 1])[i >> 1] = sums[i];
    }
}
