using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Compute;

public sealed class Bf16Tests
{
    private static readonly ushort[] s_all = [.. Enumerable.Range(0, 1 << 16).Select(x => (ushort)x)];

    [Test]
    public void Every_bfloat16_survives_the_round_trip()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            float value = Bf16.ToSingle((ushort)bits);
            ushort back = Bf16.FromSingle(value);
            Assert.That(float.IsNaN(value) ? float.IsNaN(Bf16.ToSingle(back)) : back == bits, Is.True, $"{bits:x4}");
        }
    }

    [TestCase(1f + 1f / 256, 1f, Description = "a tie goes to the even neighbour below")]
    [TestCase(1f + 3f / 256, 1f + 4f / 256, Description = "and above")]
    [TestCase(1f + 1.01f / 256, 1f + 2f / 256)]
    [TestCase(float.MaxValue, float.PositiveInfinity)]
    [TestCase(float.NegativeInfinity, float.NegativeInfinity)]
    [TestCase(float.NaN, float.NaN)]
    public void Rounding_is_to_nearest_even(float value, float expected) => Assert.That(Bf16.ToSingle(Bf16.FromSingle(value)), Is.EqualTo(expected));

    [Test]
    public void Spans_of_any_length_round_as_single_values_do([Range(0, 20)] int length)
    {
        float[] source = TestData.Normal(length, length, 1e3);
        if (length > 0) source[^1] = float.NaN;
        var narrow = new ushort[length + 1];
        var wide = new float[length + 1];
        Bf16.Narrow(source, narrow.AsSpan(0, length));
        Bf16.Widen(narrow.AsSpan(0, length), wide.AsSpan(0, length));
        Assert.That(narrow[..length], Is.EqualTo(Array.ConvertAll(source, Bf16.FromSingle)));
        Assert.That(wide[..length], Is.EqualTo(Array.ConvertAll(narrow[..length], Bf16.ToSingle)));
        Assert.That((narrow[length], wide[length]), Is.EqualTo(((ushort)0, 0f)), "nothing behind the end");
    }

    [Test]
    public void Between_two_neighbours_the_nearer_wins_and_a_tie_goes_to_the_even_one()
    {
        // Every finite pattern below the largest, with the four lower halves that decide a rounding.
        (ushort Lower, bool Up, bool Tie)[] cases = [(0x0001, false, false), (0x7FFF, false, false), (0x8000, false, true), (0x8001, true, false), (0xFFFF, true, false)];
        foreach ((ushort lower, bool up, bool tie) in cases)
        {
            float[] values = [.. s_all.Select(x => BitConverter.UInt32BitsToSingle(((uint)x << 16) | lower))];
            ushort[] narrow = new ushort[values.Length];
            Bf16.Narrow(values, narrow);
            foreach (ushort pattern in s_all)
            {
                if ((pattern & 0x7F80) == 0x7F80) continue;
                int expected = pattern + (up || (tie && (pattern & 1) == 1) ? 1 : 0);
                Assert.That(narrow[pattern], Is.EqualTo(expected));
                Assert.That(Bf16.FromSingle(values[pattern]), Is.EqualTo(expected));
            }
        }
    }

    [Test]
    public void A_NaN_stays_a_NaN_of_its_sign_even_if_only_lower_bits_say_so()
    {
        float[] values = new float[65];
        ushort[] narrow = new ushort[values.Length];
        Array.Fill(values, BitConverter.UInt32BitsToSingle(0xFF80_0001));
        Bf16.Narrow(values, narrow);
        Assert.That(narrow, Is.All.EqualTo((ushort)0xFFC0));
        Assert.That(Bf16.FromSingle(values[0]), Is.EqualTo((ushort)0xFFC0));
    }

    [Test]
    public void A_destination_that_is_too_short_is_refused()
    {
        Assert.That(() => Bf16.Widen(new ushort[3], new float[2]), Throws.ArgumentException);
        Assert.That(() => Bf16.Narrow(new float[3], new ushort[2]), Throws.ArgumentException);
    }
}
