using System.Diagnostics;
using Spa.Emulator.Warp.Matrix;

namespace Spa.Emulator.Tests.Matrix;

[TestFixture]
public sealed unsafe class MmaTests
{
    private static readonly object[][] s_forms =
    [
        [16, "f32", "bf16", "bf16"], [8, "f32", "bf16", "bf16"], [16, "f32", "f16", "f16"], [8, "f32", "f16", "f16"], [16, "f16", "f16", "f16"], [8, "f16", "f16", "f16"],
        [8, "f32", "tf32", "tf32"], [4, "f32", "tf32", "tf32"], [16, "s32", "s8", "s8"], [32, "s32", "s8", "s8"], [16, "s32", "u8", "s8"], [32, "s32", "u8", "s8"],
        [16, "s32", "s8", "u8"], [32, "s32", "s8", "u8"], [16, "s32", "u8", "u8"], [32, "s32", "u8", "u8"],
    ];

    private static readonly uint[] s_special32 = [0, 0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000, 1, 0x807FFFFF, 0x7F7FFFFF, 0x3F801FFF, 0x00800000];
    private static readonly ushort[] s_specialBf16 = [0, 0x8000, 0x7F80, 0xFF80, 0x7FC1, 1, 0x807F, 0x7F7F, 0x3F80];
    private static readonly ushort[] s_specialF16 = [0, 0x8000, 0x7C00, 0xFC00, 0x7E01, 1, 0x83FF, 0x7BFF, 0x3C00];

    [TestCaseSource(nameof(s_forms))]
    public void Equals_the_formulas_of_the_ISA_on_random_numbers(int k, string d, string a, string b) => Check(k, d, a, b, special: false);

    [TestCaseSource(nameof(s_forms))]
    public void Equals_the_formulas_of_the_ISA_on_special_values(int k, string d, string a, string b) => Check(k, d, a, b, special: true);

    [Test]
    public void Float64_equals_the_formulas_of_the_ISA()
    {
        MmaInstruction mma = MatrixOps.FindMma("m8n8k4", "f64", "f64", "f64", "f64")!;
        using WarpRegisters a = new(1), b = new(1), c = new(2);
        var random = new Random(5);
        for (int lane = 0; lane < 32; lane++)
        {
            a.Wide(0)[lane] = random.NextDouble() - 0.5;
            b.Wide(0)[lane] = random.NextDouble() - 0.5;
            for (int i = 0; i < 2; i++) c.Wide(i)[lane] = random.NextDouble() - 0.5;
        }

        double[,] expected = new double[8, 8];
        for (int row = 0; row < 8; row++)
        {
            for (int column = 0; column < 8; column++)
            {
                double sum = c.Wide(column % 2)[row * 4 + column / 2];
                for (int i = 0; i < 4; i++) sum = Math.FusedMultiplyAdd(a.Wide(0)[row * 4 + i], b.Wide(0)[column * 4 + i], sum);
                expected[row, column] = sum;
            }
        }

        mma.Run(c.Pointers, a.Pointers, b.Pointers, c.Pointers);
        Assert.That(mma.Wide);
        for (int lane = 0; lane < 32; lane++)
            for (int i = 0; i < 2; i++) Assert.That(c.Wide(i)[lane], Is.EqualTo(expected[lane >> 2, lane % 4 * 2 + i]));
    }

    [Test]
    public void The_result_may_lie_in_any_operand_even_shuffled()
    {
        MmaInstruction mma = MatrixOps.FindMma("m16n8k16", "f32", "bf16", "bf16", "f32")!;
        using WarpRegisters a = Random("bf16", 4, 1, false), b = Random("bf16", 2, 2, false), c = Random("f32", 4, 3, false), d = new(4);
        mma.Run(d.Pointers, a.Pointers, b.Pointers, c.Pointers);
        uint** shuffled = stackalloc uint*[4] { c.Pointers[3], a.Pointers[0], c.Pointers[0], b.Pointers[1] };
        mma.Run(shuffled, a.Pointers, b.Pointers, c.Pointers);
        for (int i = 0; i < 4; i++) Assert.That(new Span<uint>(shuffled[i], 32).SequenceEqual(d[i]), $"register {i}");
    }

    [Test]
    public void Integers_clamp_with_satfinite_and_wrap_without()
    {
        using WarpRegisters a = new(2), b = new(1), c = new(4);
        for (int i = 0; i < 2; i++) a[i].Fill(0x7F7F7F7F);
        b[0].Fill(0x7F7F7F7F);
        foreach (bool saturate in new[] { false, true })
        {
            for (int i = 0; i < 4; i++) c[i].Fill(int.MaxValue - 1);
            MatrixOps.FindMma("m16n8k16", "s32", "s8", "s8", "s32", saturate)!.Run(c.Pointers, a.Pointers, b.Pointers, c.Pointers);
            Assert.That((int)c[2][17], Is.EqualTo(saturate ? int.MaxValue : unchecked(int.MaxValue - 1 + 16 * 127 * 127)));
        }
    }

    [TestCase("m16n8k16", "f32", "bf16", "f16", "f32", false)]
    [TestCase("m16n8k32", "f32", "bf16", "bf16", "f32", false)]
    [TestCase("m16n8k16", "f32", "bf16", "bf16", "f32", true)]
    public void Other_forms_are_not_found(string shape, string d, string a, string b, string c, bool saturate)
        => Assert.That(MatrixOps.FindMma(shape, d, a, b, c, saturate), Is.Null);

    [Test, Explicit("a measurement")]
    public void Speed()
    {
        MmaInstruction mma = MatrixOps.FindMma("m16n8k16", "f32", "bf16", "bf16", "f32")!;
        using WarpRegisters a = Random("bf16", 4, 1, false), b = Random("bf16", 2, 2, false), c = new(4);
        for (int i = 0; i < 4; i++) c[i].Clear();
        double best = double.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < 20_000; i++) mma.Run(c.Pointers, a.Pointers, b.Pointers, c.Pointers);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        TestContext.Out.WriteLine($"{20_000.0 * mma.Flops / best * 1e-9:F2} GFLOP/s");
        Assert.That(20_000.0 * mma.Flops / best, Is.GreaterThan(2e9));
    }

    private static void Check(int k, string dType, string aType, string bType, bool special)
    {
        MmaInstruction mma = MatrixOps.FindMma($"m16n8k{k}", dType, aType, bType, dType)!;
        Assert.That((mma.ARegisters, mma.BRegisters, mma.Flops), Is.EqualTo((16 * k * MmaReference.Bits(aType) / 1024, 8 * k * MmaReference.Bits(bType) / 1024, 256 * k)));
        for (int seed = 0; seed < 20; seed++)
        {
            using WarpRegisters a = Random(aType, mma.ARegisters, seed, special), b = Random(bType, mma.BRegisters, seed + 100, special);
            using WarpRegisters c = Random(dType, mma.AccumulatorRegisters, seed + 200, special), d = new(mma.AccumulatorRegisters);
            double[,] expected = MmaReference.Multiply(a, b, c, aType, bType, dType, k);
            mma.Run(d.Pointers, a.Pointers, b.Pointers, c.Pointers);
            for (int lane = 0; lane < 32; lane++)
            {
                for (int i = 0; i < 4; i++)
                {
                    (int row, int column) = MmaReference.C(lane, i);
                    double found = MmaReference.Element(d, dType, lane, i), sum = expected[row, column];
                    double rounded = dType switch { "f32" => (float)sum, "f16" => (double)(Half)sum, _ => unchecked((int)(long)sum) };
                    Assert.That(BitConverter.DoubleToInt64Bits(found) == BitConverter.DoubleToInt64Bits(rounded) || double.IsNaN(found) && double.IsNaN(rounded),
                        $"seed {seed}, row {row}, column {column}: {found:R}, expected {rounded:R}");
                    uint bits = dType == "f16" ? d[i / 2][lane] >> (i % 2 * 16) & 0xFFFF : d[i][lane];
                    if (double.IsNaN(rounded)) Assert.That(bits, Is.EqualTo(dType == "f16" ? 0x7FFFu : 0x7FFFFFFFu), "the canonical NaN");
                }
            }
        }
    }

    private static WarpRegisters Random(string type, int count, int seed, bool special)
    {
        var random = new Random(seed);
        var registers = new WarpRegisters(count);
        for (int register = 0; register < count; register++)
            for (int lane = 0; lane < 32; lane++) registers[register][lane] = Value(random, type, special && random.Next(seed % 2 == 0 ? 40 : 4) == 0);
        return registers;
    }

    private static uint Value(Random random, string type, bool special)
    {
        float number = (float)(random.NextDouble() - 0.5) * MathF.Pow(2, random.Next(-6, 6));
        return type switch
        {
            "bf16" => special ? Pair(s_specialBf16, random) : BitConverter.SingleToUInt32Bits(number) & 0xFFFF0000 | BitConverter.SingleToUInt32Bits(number * 3) >> 16,
            "f16" => special ? Pair(s_specialF16, random) : BitConverter.HalfToUInt16Bits((Half)number) | (uint)BitConverter.HalfToUInt16Bits((Half)(number * 3)) << 16,
            "tf32" or "f32" => special ? s_special32[random.Next(s_special32.Length)] : BitConverter.SingleToUInt32Bits(number),
            _ => special ? 0x807F80FF : (uint)random.NextInt64(1L << 32),
        };
    }

    private static uint Pair(ushort[] values, Random random) => values[random.Next(values.Length)] | (uint)values[random.Next(values.Length)] << 16;
}
