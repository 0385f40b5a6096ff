using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Compute;

public sealed class PhiloxTests
{
    /// <summary>The known answers that Random123 ships for philox4x32-10.</summary>
    [TestCase(0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [TestCase(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [TestCase(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Known_answers_come_out(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint x, uint y, uint z, uint w) =>
        Assert.That(Philox.Next(((ulong)k1 << 32) | k0, c0, c1, c2, c3), Is.EqualTo((x, y, z, w)));

    [TestCase(0u, 0f)]
    [TestCase(0xffu, 0f)]
    [TestCase(0x80000000u, 0.5f)]
    [TestCase(0xffffffffu, 1 - 1f / (1 << 24))]
    public void Uniform_uses_the_upper_24_bits_and_stays_below_one(uint word, float expected) => Assert.That(Philox.Uniform(word), Is.EqualTo(expected));
}
