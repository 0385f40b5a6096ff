using Spa.Engine.Formats;

namespace Spa.Engine.Tests.Formats;

/// <summary>What is packed by the description of a type comes back as scale * quant - minimum.</summary>
public class SuperBlockTests
{
    private static readonly int[] s_iq4 = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    [TestCase(StoredType.Q2_K, 4, 16, 16, 0, 0)]
    [TestCase(StoredType.Q3_K, 8, 16, 64, 4, 32)]
    [TestCase(StoredType.Q4_K, 16, 32, 64, 0, 0)]
    [TestCase(StoredType.Q5_K, 32, 32, 64, 0, 0)]
    [TestCase(StoredType.Q6_K, 64, 16, 64, 32, 32)]
    [TestCase(StoredType.IQ4_XS, 16, 32, 64, 0, 32)]
    public void A_packed_block_gives_its_numbers_back(StoredType type, int quants, int group, int scales, int quantOffset, int scaleOffset)
    {
        bool hasMinimum = type is StoredType.Q2_K or StoredType.Q4_K or StoredType.Q5_K;
        Gen<int[]> factors = Gen.Int[0, scales - 1].Array[256 / group];
        Gen.Select(Gen.Int[0, quants - 1].Array[256], factors, factors, Gen.Float[-2, 2], Gen.Float[-2, 2]).Sample((q, scale, minimum, d, dmin) =>
        {
            (Half dHalf, Half minHalf) = ((Half)d, (Half)dmin);
            float[] found = ElementDecoderTests.Decode(type, BlockPacker.Pack(type, dHalf, minHalf, q, scale, minimum), 256);
            for (int i = 0; i < 256; i++)
            {
                int quant = type == StoredType.IQ4_XS ? s_iq4[q[i]] : q[i] - quantOffset;
                double expected = (double)dHalf * (scale[i / group] - scaleOffset) * quant - (hasMinimum ? (double)minHalf * minimum[i / group] : 0);
                Assert.That(found[i], Is.EqualTo((float)expected), $"{type} element {i}");
            }
        }, iter: 200, threads: 1);
    }
}
