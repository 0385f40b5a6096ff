using Spa.Engine.Formats;

namespace Spa.Engine.Tests.Formats;

public class FiniteCheckTests
{
    [Test]
    public void The_first_of_several_is_found_at_every_place() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[0, 199], Gen.Int[0, 199], Gen.Int[0, 2]).Sample((length, a, b, kind) =>
        {
            float bad = kind == 0 ? float.NaN : kind == 1 ? float.PositiveInfinity : float.NegativeInfinity;
            float[] values = new float[length];
            Array.Fill(values, -float.MaxValue);
            Assert.That(FiniteCheck.FirstNonFinite(values), Is.EqualTo(-1));
            values[a % length] = bad;
            values[b % length] = bad;
            Assert.That(FiniteCheck.FirstNonFinite(values), Is.EqualTo(Math.Min(a % length, b % length)));
        });

    [Test]
    public void Every_bfloat16_pattern_is_judged_as_its_float32()
    {
        for (int pattern = 0; pattern < 1 << 16; pattern++)
        {
            ushort[] values = new ushort[40];
            values[35] = (ushort)pattern;
            bool finite = float.IsFinite(BitConverter.UInt32BitsToSingle((uint)pattern << 16));
            Assert.That(FiniteCheck.FirstNonFinite(values), Is.EqualTo(finite ? -1 : 35));
        }
    }

    [Test]
    public void Nothing_is_finite() => Assert.That(FiniteCheck.FirstNonFinite(ReadOnlySpan<float>.Empty), Is.EqualTo(-1));
}
