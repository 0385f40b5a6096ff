using Spa.Engine.Compute;
using Spa.Engine.Formats;

namespace Spa.Engine.Tests.Formats;

/// <summary>Every stored type against the plain formula of its definition, bit for bit.</summary>
public class ElementDecoderTests
{
    [Test]
    public void Every_half_widens_to_its_value()
    {
        ushort[] halves = [.. Enumerable.Range(0, 1 << 16).Select(x => (ushort)x)];
        float[] found = Decode(StoredType.F16, [.. halves.SelectMany(BitConverter.GetBytes)], halves.Length);
        for (int i = 0; i < halves.Length; i++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf(halves[i]);
            if (float.IsNaN(expected)) Assert.That(float.IsNaN(found[i]) && float.IsNegative(found[i]) == float.IsNegative(expected), $"{halves[i]:X4}");
            else Assert.That(BitConverter.SingleToInt32Bits(found[i]), Is.EqualTo(BitConverter.SingleToInt32Bits(expected)), $"{halves[i]:X4}");
        }
    }

    [TestCase(StoredType.Q8_0)]
    [TestCase(StoredType.Q4_0)]
    [TestCase(StoredType.Q4_1)]
    [TestCase(StoredType.Q5_0)]
    [TestCase(StoredType.Q5_1)]
    [TestCase(StoredType.IQ4_NL)]
    [TestCase(StoredType.Q2_K)]
    [TestCase(StoredType.Q3_K)]
    [TestCase(StoredType.Q4_K)]
    [TestCase(StoredType.Q5_K)]
    [TestCase(StoredType.Q6_K)]
    [TestCase(StoredType.IQ4_XS)]
    public void Quantised_blocks_equal_the_formula(StoredType type) =>
        Gen.Int[1, 5].SelectMany(blocks => Gen.Byte.Array[blocks * type.Block().Bytes]).Sample(bytes =>
        {
            int count = bytes.Length / type.Block().Bytes * type.Block().Elements;
            float[] found = Decode(type, bytes, count);
            float[] expected = [.. bytes.Chunk(type.Block().Bytes).SelectMany(block => Naive(type, block))];
            for (int i = 0; i < count; i++)
            {
                if (float.IsNaN(expected[i])) Assert.That(found[i], Is.NaN);
                else if (found[i] != expected[i]) Assert.Fail($"{type} element {i}: {found[i]:R} instead of {expected[i]:R}");
            }
        });

    [TestCase(StoredType.F32)]
    [TestCase(StoredType.BF16)]
    [TestCase(StoredType.Q4_1)]
    [TestCase(StoredType.Q5_K)]
    public void Large_ranges_on_several_threads_equal_small_ones(StoredType type)
    {
        // Beyond the size that is split, and no multiple of the part's size.
        const int Count = 300_000 / 256 * 256;
        byte[] bytes = new byte[ElementDecoder.Bytes(type, Count)];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)(Philox.Next(1, (uint)i, 0, 0, 0).X & 0x3F);
        float[] whole = Decode(type, bytes, Count);
        for (int first = 0; first < Count; first += 256)
        {
            byte[] part = bytes[(int)ElementDecoder.Bytes(type, first)..(int)ElementDecoder.Bytes(type, first + 256)];
            Assert.That(whole.AsSpan(first, 256).SequenceEqual(Decode(type, part, 256)));
        }
    }

    internal static IEnumerable<float> Naive(StoredType type, byte[] block) => BlockFormulas.Values(type, block).Select(x => (float)x);

    internal static unsafe float[] Decode(StoredType type, byte[] bytes, int count)
    {
        float[] values = new float[count];
        fixed (byte* source = bytes)
        fixed (float* destination = values)
            ElementDecoder.Decode(type, source, destination, count);
        return values;
    }
}
