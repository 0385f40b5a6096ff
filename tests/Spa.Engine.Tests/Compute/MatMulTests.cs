using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

[TestFixtureSource(nameof(Levels))]
internal sealed class MatMulTests(SimdLevel level) : IDisposable
{
    private static readonly (bool A, bool B, MatMulRight Right)[] s_forms =
    [
        .. from a in new[] { false, true }
           from b in new[] { false, true }
           from right in Enum.GetValues<MatMulRight>()
           where b || right is MatMulRight.Float32 or MatMulRight.Bf16
           select (a, b, right),
    ];

    private readonly CpuBackend _one = new(new CpuOptions { Simd = level, Threads = 1 });
    private readonly CpuBackend _three = new(new CpuOptions { Simd = level, Threads = 3 });

    public static IEnumerable<SimdLevel> Levels => SimdLevels.Available;

    /// <summary>Shapes at and around the edges of tiles (6, 14 rows; 8, 16, 32 columns), slices of k (1,024), and tasks.</summary>
    private static IEnumerable<MatMulCase> Shapes =>
    [
        new(1, 1, 1), new(1, 32, 7), new(1, 100, 130), new(2, 33, 9), new(7, 31, 8), new(13, 64, 17), new(14, 32, 16), new(15, 65, 24), new(29, 95, 40),
        new(61, 129, 33), new(3, 40, 1024), new(5, 70, 1025), new(30, 70, 2100), new(1100, 36, 20), new(2500, 3, 5), new(40, 700, 64), new(90, 260, 300),
    ];

    private static Gen<MatMulCase> AnyCase =>
        from size in Gen.Select(Gen.Int[0, 50], Gen.Int[0, 110], Gen.Int[0, 90])
        from form in Gen.Int[0, s_forms.Length - 1].Select(i => s_forms[i])
        from accumulate in Gen.Bool
        from bias in Gen.Bool
        from residual in Gen.Enum<MatMulResidual>()
        from margin in Gen.Int[0, 2].Select(i => i * i * i)
        from seed in Gen.Int[1, 1000]
        select new MatMulCase(size.Item1, size.Item2, size.Item3)
        {
            TransposeA = form.A,
            TransposeB = form.B,
            Right = form.Right,
            Accumulate = accumulate,
            Bias = bias,
            Residual = residual,
            Margin = margin,
            Seed = seed,
        };

    public void Dispose()
    {
        _one.Dispose();
        _three.Dispose();
    }

    [Test]
    public void Any_product_is_the_chain_of_fused_multiply_adds_bit_for_bit() =>
        AnyCase.Sample(product => AssertSameBits(product.Run(_three), product.Chain(), product), iter: 400, threads: 1);

    [Test]
    public void Every_form_is_bit_equal_to_the_chain_at_every_edge()
    {
        foreach (MatMulCase shape in Shapes)
        {
            float[]? chain = null, bf16Chain = null;
            foreach ((bool a, bool b, MatMulRight right) in s_forms)
            {
                MatMulCase product = shape with { TransposeA = a, TransposeB = b, Right = right, Margin = 3 };
                float[] expected = right is MatMulRight.Float32 or MatMulRight.Packed ? chain ??= product.Chain() : bf16Chain ??= product.Chain();
                AssertSameBits(product.Run(_three), expected, product);
            }
        }
    }

    [Test]
    public void The_number_of_threads_changes_no_bit()
    {
        foreach (MatMulCase shape in Shapes)
        {
            MatMulCase product = shape with { TransposeB = true, Bias = true };
            AssertSameBits(product.Run(_three), product.Run(_one), product);
        }
    }

    [Test]
    public void A_row_alone_has_the_bits_of_the_row_in_a_batch([Values] MatMulRight right)
    {
        const int M = 45, N = 75, K = 1100;
        using var box = new TensorBox(_three);
        float[] rows = Random(M * K, 1);
        Tensor weight = right is MatMulRight.Bf16 or MatMulRight.PackedBf16 ? box.Bf16(Random(N * K, 2), N, K) : box.Of(Random(N * K, 2), N, K);
        if (right is MatMulRight.Packed or MatMulRight.PackedBf16)
        {
            Tensor packed = _three.TakePacked(box.Arena(96 * K * 4), "packed", weight);
            _three.PackWeight(packed, weight);
            weight = packed;
        }
        Tensor a = box.Of(rows, M, K), output = box.Poisoned(M, N);
        _three.MatMul(output, a, weight, transposeB: true);
        float[] batch = box.Read(output);
        foreach ((int first, int count) in new[] { (0, 1), (44, 1), (20, 1), (7, 6), (3, 17), (1, 44) })
        {
            Tensor part = box.Poisoned(count, N);
            _three.MatMul(part, a.RowRange(first, count), weight, transposeB: true);
            Assert.That(box.Read(part), Is.EqualTo(batch[(first * N)..((first + count) * N)]), $"rows {first} to {first + count - 1}");
        }
    }

    [Test]
    public void Splitting_the_depth_with_accumulation_changes_no_bit()
    {
        foreach ((bool a, bool b, MatMulRight right) in s_forms.Where(form => form.Right is MatMulRight.Float32 or MatMulRight.Bf16))
        {
            var product = new MatMulCase(19, 45, 1200) { TransposeA = a, TransposeB = b, Right = right, Accumulate = true, Bias = true, Residual = MatMulResidual.Separate };
            foreach (int split in new[] { 1, 100, 1024, 1199 }) AssertSameBits(product.Run(_three, split), product.Run(_three), product);
        }
    }

    [Test]
    public void A_residual_that_is_the_output_survives_a_depth_of_several_slices()
    {
        foreach (bool accumulate in new[] { false, true })
        {
            var product = new MatMulCase(33, 50, 2500) { TransposeB = true, Accumulate = accumulate, Bias = true, Residual = MatMulResidual.Output, Margin = 2 };
            AssertSameBits(product.Run(_three), product.Chain(), product);
        }
    }

    [Test]
    public void Rows_are_packed_in_several_rounds_when_the_depth_is_huge()
    {
        // 32 MiB of packed rows are 210 rows of this depth; the minimum of 16 groups is 96 or 224.
        var product = new MatMulCase(230, 3, 40_000) { TransposeA = true };
        AssertSameBits(product.Run(_three), product.Chain(), product);
    }

    [Test]
    public void Every_form_stays_within_the_rounding_bound_of_float64()
    {
        foreach ((bool a, bool b, MatMulRight right) in s_forms)
        {
            var product = new MatMulCase(37, 70, 513) { TransposeA = a, TransposeB = b, Right = right, Accumulate = true, Bias = true, Residual = MatMulResidual.Separate };
            float[] actual = product.Run(_three);
            (double[] value, double[] magnitude) = product.Float64();
            // Each of K + 2 operations rounds once, by at most half an ulp (2^-24) of a partial sum, and no partial sum exceeds the sum of magnitudes.
            double bound = (product.K + 2) * Math.Pow(2, -24);
            for (int i = 0; i < actual.Length; i++) Assert.That(Math.Abs(actual[i] - value[i]), Is.LessThanOrEqualTo(bound * magnitude[i]), $"{product} element {i}");
        }
    }

    [Test]
    public void A_depth_of_zero_gives_bias_and_residual_only()
    {
        foreach (MatMulRight right in Enum.GetValues<MatMulRight>())
        {
            var product = new MatMulCase(17, 37, 0) { TransposeB = true, Right = right, Bias = true, Residual = MatMulResidual.Separate };
            AssertSameBits(product.Run(_three), product.Chain(), product);
        }
    }

    [Test]
    public void A_packed_weight_holds_panels_of_32_rows_padded_with_zeros()
    {
        const int N = 37, K = 19;
        using var box = new TensorBox(_three);
        float[] data = Random(N * K, 1);
        Tensor weight = box.Of(data, N, K);
        Tensor packed = _three.TakePacked(box.Arena(64 * K * 4), "packed", weight);
        _three.PackWeight(packed, weight);
        float[] panels = box.Read(new Tensor(packed.Address, DType.Float32, 64, K));
        Assert.That((packed.Rows, packed.Columns), Is.EqualTo((N, K)));
        for (int i = 0; i < panels.Length; i++)
        {
            int row = i / (32 * K) * 32 + i % 32, k = i / 32 % K;
            Assert.That(panels[i], Is.EqualTo(row < N ? data[row * K + k] : 0f));
        }
    }

    [Test]
    public void Whole_panels_of_a_packed_weight_are_a_packed_weight()
    {
        using var box = new TensorBox(_three);
        Tensor a = box.Of(Random(5 * 40, 1), 5, 40), weight = box.Of(Random(90 * 40, 2), 90, 40);
        Tensor packed = _three.TakePacked(box.Arena(96 * 40 * 4), "packed", weight);
        _three.PackWeight(packed, weight);
        Tensor expected = box.Poisoned(5, 58), actual = box.Poisoned(5, 58);
        _three.MatMul(expected, a, weight.RowRange(32, 58), transposeB: true);
        _three.MatMul(actual, a, packed.RowRange(32, 58), transposeB: true);
        Assert.That(box.Read(actual), Is.EqualTo(box.Read(expected)));
    }

    [Test]
    public void Infinity_and_NaN_reach_only_the_elements_that_use_them()
    {
        using var box = new TensorBox(_three);
        float[] a = Random(20 * 33, 1), b = Random(40 * 33, 2);
        a[7 * 33 + 5] = float.NaN;
        b[11 * 33 + 2] = float.PositiveInfinity;
        Tensor output = box.Poisoned(20, 40);
        _three.MatMul(output, box.Of(a, 20, 33), box.Of(b, 40, 33), transposeB: true);
        float[] result = box.Read(output);
        for (int i = 0; i < result.Length; i++) Assert.That(float.IsFinite(result[i]), Is.EqualTo(i / 40 != 7 && i % 40 != 11), $"row {i / 40}, column {i % 40}");
    }

    [Test]
    public void Shape_errors_name_the_op_the_expectation_and_the_tensor()
    {
        using var box = new TensorBox(_one);
        Tensor a = box.Zeros(4, 5), b = box.Zeros(6, 5), output = box.Zeros(4, 6), wide = box.Zeros(4, 7), ids = box.Ints(1, 2, 3);
        Assert.That(Message(() => _one.MatMul(output, a, b)), Is.EqualTo("MatMul: expected b: [5, N] beside a Float32[4, 5], found Float32[6, 5]"));
        Assert.That(Message(() => _one.MatMul(wide, a, b, transposeB: true)), Is.EqualTo("MatMul: expected output: Float32[4, 6], found Float32[4, 7]"));
        Assert.That(Message(() => _one.MatMul(output, a, b, transposeB: true, bias: wide)), Does.StartWith("MatMul: expected bias: Float32[1, 6], found"));
        Assert.That(Message(() => _one.MatMul(output, a, b, transposeB: true, residual: wide)), Does.StartWith("MatMul: expected residual: Float32[4, 6], found"));
        Assert.That(Message(() => _one.MatMul(output, ids, b, transposeB: true)), Does.StartWith("MatMul: expected a: a row-major Float32 matrix, found Int32"));
        Tensor packed = _one.TakePacked(box.Arena(32 * 5 * 4), "packed", b);
        Assert.That(Message(() => _one.MatMul(output, a, packed)), Does.StartWith("MatMul: expected b: a whole packed weight only with transposeB"));
        Assert.That(Message(() => _one.PackWeight(packed, a)), Does.StartWith("PackWeight: expected Float32[4, 5] packed, found"));
        Assert.That(Message(() => _one.TakePacked(box.Arena(64), "again", packed)), Does.StartWith("TakePacked: expected a row-major weight, found"));
    }

    private static string Message(Action call) => Assert.Throws<ArgumentException>(() => call())!.Message;

    private static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return Array.ConvertAll(new float[count], _ => (float)(2 * random.NextDouble() - 1));
    }

    // The bits as they are: NUnit's equality would take -0 for 0 and is slow on large arrays.
    private static void AssertSameBits(float[] actual, float[] expected, MatMulCase product)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(actual[i]) != BitConverter.SingleToInt32Bits(expected[i]))
                Assert.Fail($"{product}: row {i / product.N}, column {i % product.N} is {actual[i]:R}, the reference {expected[i]:R}");
        }
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
    }
}
