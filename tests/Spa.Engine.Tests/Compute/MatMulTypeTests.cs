using Spa.Engine.Compute;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

/// <summary>Products on every backend: forms, ragged sizes, strides, types and what is added at the end.</summary>
[TestFixtureSource(nameof(Tested))]
internal sealed class MatMulTypeTests(TestedBackend tested) : OpTests(tested), IDisposable
{
    // Around one row, the sixteen of a decode step, tiles of 64 and 128, steps of 16 and 32 in depth, and chunks of 8 elements.
    private static readonly (int M, int N, int K)[] s_sizes =
        [(1, 1, 1), (1, 40, 24), (3, 33, 130), (16, 64, 128), (16, 17, 264), (17, 64, 32), (64, 64, 33), (65, 72, 40), (130, 136, 16), (5, 200, 7), (129, 8, 48), (40, 24, 0)];

    private readonly ComputeBackend _backend = tested.Create();

    private static IEnumerable<(bool A, bool B)> Forms => [(false, true), (false, false), (true, false), (true, true)];

    public void Dispose() => _backend.Dispose();

    [Test]
    public void Float32_and_mixed_operands_are_the_chain_of_fused_multiply_adds_bit_for_bit([Values] MatMulRight right)
    {
        foreach (MatMulCase product in Cases(right))
        {
            float[] actual = product.Run(_backend), expected = product.Chain();
            for (int i = 0; i < expected.Length; i++)
                Assert.That(BitConverter.SingleToInt32Bits(actual[i]), Is.EqualTo(BitConverter.SingleToInt32Bits(expected[i])), $"{product}: element {i} is {actual[i]:R}, expected {expected[i]:R}");
        }
    }

    [Test]
    public void Bfloat16_operands_stay_within_the_rounding_bound_of_float64([Values] bool outputBf16)
    {
        RequireBf16();
        foreach (MatMulCase product in Cases(MatMulRight.Bf16).Select(product => product with { LeftBf16 = true, OutputBf16 = outputBf16 }))
        {
            float[] actual = product.Run(_backend);
            (double[] value, double[] magnitude) = product.Float64();
            // A tensor core cuts what it adds to 2^-23 of the largest term where a fused multiply-add rounds to half of that; a bfloat16 is rounded once more, to 2^-9.
            double bound = (product.K + 4) * Math.Pow(2, -23);
            for (int i = 0; i < actual.Length; i++)
                Assert.That(Math.Abs(actual[i] - value[i]), Is.LessThanOrEqualTo(bound * magnitude[i] + (outputBf16 ? Math.Abs(value[i]) / 256 : 0)), $"{product} element {i}");
        }
    }

    [Test]
    public void A_bfloat16_row_alone_has_the_bits_of_the_row_in_a_batch([Values(64, 75, 200)] int n, [Values(64, 130, 264)] int k)
    {
        RequireBf16();
        const int M = 150;
        using var box = new TensorBox(_backend);
        Tensor a = box.Bf16(TestData.Normal(1, M * k), M, k), weight = box.Bf16(TestData.Normal(2, n * k), n, k), output = box.Poisoned(M, n);
        _backend.MatMul(output, a, weight, transposeB: true);
        float[] batch = box.Read(output);
        foreach ((int first, int count) in new[] { (0, 1), (149, 1), (20, 16), (20, 17), (3, 70), (0, 149) })
        {
            Tensor part = box.Poisoned(count, n);
            _backend.MatMul(part, a.RowRange(first, count), weight, transposeB: true);
            Assert.That(box.Read(part), Is.EqualTo(batch[(first * n)..((first + count) * n)]), $"rows {first} to {first + count - 1}");
        }
    }

    [Test]
    public void A_bfloat16_product_of_many_large_tiles_has_the_bits_of_its_parts()
    {
        RequireBf16();
        // 12 x 12 tiles of 128 with ragged edges: more than a device has multiprocessors, and in one call for the whole only.
        const int M = 1500, N = 1432, K = 40;
        using var box = new TensorBox(_backend);
        foreach ((bool transposeA, bool transposeB) in Forms)
        {
            Tensor a = transposeA ? box.Bf16(TestData.Normal(1, (M + 4) * K), K, M + 4).ColumnRange(0, M) : box.Bf16(TestData.Normal(1, M * K), M, K);
            Tensor b = transposeB ? box.Bf16(TestData.Normal(2, N * K), N, K) : box.Bf16(TestData.Normal(2, N * K), K, N);
            Tensor whole = box.Poisoned(M, N), parts = box.Poisoned(M, N);
            _backend.MatMul(whole, a, b, transposeA, transposeB);
            foreach ((int first, int count) in new[] { (0, 100), (100, 16), (116, 700), (816, 684) })
                _backend.MatMul(parts.RowRange(first, count), transposeA ? a.ColumnRange(first, count) : a.RowRange(first, count), b, transposeA, transposeB);
            Assert.That(box.Read(whole).AsSpan().SequenceEqual(box.Read(parts)), $"{transposeA}, {transposeB}");
        }
    }

    [Test]
    public void The_same_product_twice_has_the_same_bits()
    {
        RequireBf16();
        foreach (MatMulCase product in Cases(MatMulRight.Bf16).Select(product => product with { LeftBf16 = true }))
        {
            float[] once = product.Run(_backend);
            Assert.That(product.Run(_backend), Is.EqualTo(once), $"{product}");
        }
    }

    [Test]
    public void A_packed_weight_is_multiplied_like_the_weight()
    {
        using var box = new TensorBox(_backend);
        Tensor a = box.Of(TestData.Normal(1, 5 * 40), 5, 40), weight = box.Bf16(TestData.Normal(2, 90 * 40), 90, 40);
        Tensor packed = _backend.TakePacked(box.Arena(96 * 40 * 4), "packed", weight);
        _backend.PackWeight(packed, weight);
        Tensor expected = box.Poisoned(5, 58), actual = box.Poisoned(5, 58);
        _backend.MatMul(expected, a, weight.RowRange(32, 58), transposeB: true);
        _backend.MatMul(actual, a, packed.RowRange(32, 58), transposeB: true);
        Assert.That(box.Read(actual), Is.EqualTo(box.Read(expected)));
    }

    // Every size in every form, with margins, additions and residuals in turn.
    private static IEnumerable<MatMulCase> Cases(MatMulRight right)
    {
        int turn = 0;
        foreach ((int m, int n, int k) in s_sizes)
        {
            foreach ((bool a, bool b) in Forms)
            {
                turn++;
                if (!b && right is MatMulRight.Packed or MatMulRight.PackedBf16) continue;
                yield return new MatMulCase(m, n, k)
                {
                    TransposeA = a,
                    TransposeB = b,
                    Right = right,
                    Accumulate = turn % 2 == 0,
                    Bias = turn % 3 == 0,
                    Residual = (MatMulResidual)(turn % 5 % 3),
                    Margin = turn % 7 % 3 * 4,
                    Seed = turn,
                };
            }
        }
    }

    private void RequireBf16()
    {
        if (_backend.ActivationType(DType.BFloat16) != DType.BFloat16) Assert.Ignore($"the {_backend.Name} backend computes with float32 activations");
    }
}
