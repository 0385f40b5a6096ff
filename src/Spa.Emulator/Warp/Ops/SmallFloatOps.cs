namespace Spa.Emulator.Warp.Ops;

/// <summary>float16 or bfloat16 as a type parameter.</summary>
internal interface ISmallFormat
{
    static abstract double Widen(ushort bits);

    /// <summary>Rounds to nearest even, once.</summary>
    static abstract ushort Narrow(double value);
}

internal readonly struct HalfFormat : ISmallFormat
{
    public static double Widen(ushort bits) => SmallFloats.FromHalf(bits);

    public static ushort Narrow(double value) => SmallFloats.ToHalf(value, Rounding.Nearest);
}

internal readonly struct BrainFormat : ISmallFormat
{
    public static double Widen(ushort bits) => SmallFloats.FromBrain(bits);

    public static ushort Narrow(double value) => SmallFloats.ToBrain(value, Rounding.Nearest);
}

/// <summary>An operation on both halves of a register.</summary>
internal readonly struct Pair<TOp> : IScalarBinary<uint, uint, uint> where TOp : IScalarBinary<ushort, ushort, ushort>
{
    public static uint Apply(uint a, uint b) => TOp.Apply((ushort)a, (ushort)b) | (uint)TOp.Apply((ushort)(a >> 16), (ushort)(b >> 16)) << 16;
}

internal readonly struct PairUnary<TOp> : IScalarUnary<uint, uint> where TOp : IScalarUnary<ushort, ushort>
{
    public static uint Apply(uint a) => TOp.Apply((ushort)a) | (uint)TOp.Apply((ushort)(a >> 16)) << 16;
}

internal readonly struct PairTernary<TOp> : IScalarTernary<uint, uint, uint, uint> where TOp : IScalarTernary<ushort, ushort, ushort, ushort>
{
    public static uint Apply(uint a, uint b, uint c) =>
        TOp.Apply((ushort)a, (ushort)b, (ushort)c) | (uint)TOp.Apply((ushort)(a >> 16), (ushort)(b >> 16), (ushort)(c >> 16)) << 16;
}

/// <summary><c>.ftz</c> of float16: subnormals become zeros of their sign. <c>.sat</c> clamps to [0, 1], NaN to 0; <c>.relu</c> clamps below at 0 and keeps NaN.</summary>
internal static class SmallRules<TFormat> where TFormat : ISmallFormat
{
    public static double In<TFtz>(ushort bits) where TFtz : IFlag => TFtz.On && (bits & 0x7C00) == 0 ? TFormat.Widen((ushort)(bits & 0x8000)) : TFormat.Widen(bits);

    public static ushort Out<TFtz, TSat, TRelu>(double value) where TFtz : IFlag where TSat : IFlag where TRelu : IFlag
    {
        if (TSat.On) value = value > 0 ? Math.Min(value, 1) : 0;
        if (TRelu.On && (value < 0 || value == 0)) value = 0;
        ushort bits = TFormat.Narrow(value);
        return TFtz.On && (bits & 0x7C00) == 0 ? (ushort)(bits & 0x8000) : bits;
    }
}

internal readonly struct AddSmall<TFormat, TFtz, TSat> : IScalarBinary<ushort, ushort, ushort> where TFormat : ISmallFormat where TFtz : IFlag where TSat : IFlag
{
    public static ushort Apply(ushort a, ushort b) => SmallRules<TFormat>.Out<TFtz, TSat, Off>(Exact(SmallRules<TFormat>.In<TFtz>(a), SmallRules<TFormat>.In<TFtz>(b)));

    private static double Exact(double a, double b)
    {
        (double high, double low) = Directed.Sum(a, b);
        return Directed.Sticky(high, low);
    }
}

internal readonly struct SubtractSmall<TFormat, TFtz, TSat> : IScalarBinary<ushort, ushort, ushort> where TFormat : ISmallFormat where TFtz : IFlag where TSat : IFlag
{
    public static ushort Apply(ushort a, ushort b) => AddSmall<TFormat, TFtz, TSat>.Apply(a, (ushort)(b ^ 0x8000));
}

internal readonly struct MultiplySmall<TFormat, TFtz, TSat> : IScalarBinary<ushort, ushort, ushort> where TFormat : ISmallFormat where TFtz : IFlag where TSat : IFlag
{
    public static ushort Apply(ushort a, ushort b) => SmallRules<TFormat>.Out<TFtz, TSat, Off>(SmallRules<TFormat>.In<TFtz>(a) * SmallRules<TFormat>.In<TFtz>(b));
}

/// <summary>fma: the product is exact in float64, the sum is made exact by round to odd, so that one rounding is left.</summary>
internal readonly struct FusedSmall<TFormat, TFtz, TSat, TRelu> : IScalarTernary<ushort, ushort, ushort, ushort>
    where TFormat : ISmallFormat where TFtz : IFlag where TSat : IFlag where TRelu : IFlag
{
    public static ushort Apply(ushort a, ushort b, ushort c)
    {
        (double high, double low) = Directed.Sum(SmallRules<TFormat>.In<TFtz>(a) * SmallRules<TFormat>.In<TFtz>(b), SmallRules<TFormat>.In<TFtz>(c));
        return SmallRules<TFormat>.Out<TFtz, TSat, TRelu>(Directed.Sticky(high, low));
    }
}

internal readonly struct MinimumSmall<TFormat, TFtz, TNan> : IScalarBinary<ushort, ushort, ushort> where TFormat : ISmallFormat where TFtz : IFlag where TNan : IFlag
{
    public static ushort Apply(ushort a, ushort b)
    {
        double x = SmallRules<TFormat>.In<TFtz>(a), y = SmallRules<TFormat>.In<TFtz>(b);
        return TFormat.Narrow(TNan.On ? Math.Min(x, y) : double.MinNumber(x, y));
    }
}

internal readonly struct MaximumSmall<TFormat, TFtz, TNan> : IScalarBinary<ushort, ushort, ushort> where TFormat : ISmallFormat where TFtz : IFlag where TNan : IFlag
{
    public static ushort Apply(ushort a, ushort b)
    {
        double x = SmallRules<TFormat>.In<TFtz>(a), y = SmallRules<TFormat>.In<TFtz>(b);
        return TFormat.Narrow(TNan.On ? Math.Max(x, y) : double.MaxNumber(x, y));
    }
}

internal readonly struct NegateSmall : IScalarUnary<ushort, ushort>
{
    public static ushort Apply(ushort a) => (ushort)(a ^ 0x8000);
}

internal readonly struct AbsoluteSmall : IScalarUnary<ushort, ushort>
{
    public static ushort Apply(ushort a) => (ushort)(a & 0x7FFF);
}

internal readonly struct Exp2Small<TFormat> : IScalarUnary<ushort, ushort> where TFormat : ISmallFormat
{
    public static ushort Apply(ushort a) => TFormat.Narrow(Math.Pow(2, TFormat.Widen(a)));
}

internal readonly struct TanhSmall<TFormat> : IScalarUnary<ushort, ushort> where TFormat : ISmallFormat
{
    public static ushort Apply(ushort a) => TFormat.Narrow(Math.Tanh(TFormat.Widen(a)));
}

/// <summary>A comparison of small floats through float64, by the operations of <see cref="ScalarComparison"/>.</summary>
internal static class ScalarComparison
{
    private static readonly string[] s_names = ["eq", "ne", "lt", "le", "gt", "ge", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"];

    public static int Find(string name) => Array.IndexOf(s_names, name);

    public static bool Apply(int comparison, double a, double b)
    {
        if (double.IsNaN(a) || double.IsNaN(b)) return comparison is >= 6 and <= 11 or 13;
        return comparison switch
        {
            0 or 6 => a == b,
            1 or 7 => a != b,
            2 or 8 => a < b,
            3 or 9 => a <= b,
            4 or 10 => a > b,
            5 or 11 => a >= b,
            12 => true,
            _ => false,
        };
    }
}
