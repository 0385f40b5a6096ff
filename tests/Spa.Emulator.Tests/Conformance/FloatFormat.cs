namespace Spa.Emulator.Tests.Conformance;

/// <summary>A binary floating-point format: bits of the fraction and of the exponent.</summary>
internal sealed record FloatFormat(string Name, int Fraction, int Exponent, ulong Nan)
{
    public static readonly FloatFormat F16 = new("f16", 10, 5, 0x7FFF);
    public static readonly FloatFormat BF16 = new("bf16", 7, 8, 0x7FFF);
    public static readonly FloatFormat F32 = new("f32", 23, 8, 0x7FFF_FFFF);
    public static readonly FloatFormat F64 = new("f64", 52, 11, 0x7FF8_0000_0000_0000);

    public int Bits => Fraction + Exponent + 1;

    public int Bias => (1 << Exponent - 1) - 1;

    public ulong Sign => 1UL << Bits - 1;

    public ulong Infinity => ((1UL << Exponent) - 1) << Fraction;

    public bool IsNan(ulong bits) => (bits & ~Sign) > Infinity;

    public bool IsInfinite(ulong bits) => (bits & ~Sign) == Infinity;

    public bool IsZero(ulong bits) => (bits & ~Sign) == 0;

    public bool IsSubnormal(ulong bits) => (bits & Infinity) == 0 && !IsZero(bits);

    public bool IsNegative(ulong bits) => (bits & Sign) != 0;
}
