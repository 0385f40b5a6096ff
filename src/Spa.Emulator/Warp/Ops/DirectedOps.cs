namespace Spa.Emulator.Warp.Ops;

/// <summary>A rounding mode as a type parameter.</summary>
internal interface IRounding
{
    static abstract Rounding Mode { get; }
}

internal readonly struct ToZero : IRounding
{
    public static Rounding Mode => Rounding.Zero;
}

internal readonly struct ToDown : IRounding
{
    public static Rounding Mode => Rounding.Down;
}

internal readonly struct ToUp : IRounding
{
    public static Rounding Mode => Rounding.Up;
}

/// <summary>float32 arithmetic in directed rounding, with flags as in <see cref="Float32"/>.</summary>
internal static class DirectedRules
{
    public static float In<TFtz>(float a) where TFtz : IFlag => TFtz.On ? Float32.Flush(a) : a;

    public static float Out<TFtz, TSat>(float a) where TFtz : IFlag where TSat : IFlag
    {
        if (TFtz.On) a = Float32.Flush(a);
        return TSat.On ? Float32.Saturate(a) : Float32.Canonical(a);
    }

    /// <summary>An exact zero sum of terms with different signs is -0 when rounding down.</summary>
    public static float Sum(double a, double b, Rounding rounding)
    {
        (double high, double low) = Directed.Sum(a, b);
        if (high == 0 && low == 0 && rounding == Rounding.Down && (a != 0 || double.IsNegative(a) != double.IsNegative(b))) return -0f;
        return Directed.ToSingle(high, low, rounding);
    }
}

internal readonly struct AddDirected<TMode, TFtz, TSat> : IScalarBinary<float, float, float> where TMode : IRounding where TFtz : IFlag where TSat : IFlag
{
    public static float Apply(float a, float b) => DirectedRules.Out<TFtz, TSat>(DirectedRules.Sum(DirectedRules.In<TFtz>(a), DirectedRules.In<TFtz>(b), TMode.Mode));
}

internal readonly struct SubtractDirected<TMode, TFtz, TSat> : IScalarBinary<float, float, float> where TMode : IRounding where TFtz : IFlag where TSat : IFlag
{
    public static float Apply(float a, float b) => DirectedRules.Out<TFtz, TSat>(DirectedRules.Sum(DirectedRules.In<TFtz>(a), -DirectedRules.In<TFtz>(b), TMode.Mode));
}

internal readonly struct MultiplyDirected<TMode, TFtz, TSat> : IScalarBinary<float, float, float> where TMode : IRounding where TFtz : IFlag where TSat : IFlag
{
    public static float Apply(float a, float b) => DirectedRules.Out<TFtz, TSat>(Directed.ToSingle((double)DirectedRules.In<TFtz>(a) * DirectedRules.In<TFtz>(b), 0, TMode.Mode));
}

internal readonly struct FusedDirected<TMode, TFtz, TSat> : IScalarTernary<float, float, float, float> where TMode : IRounding where TFtz : IFlag where TSat : IFlag
{
    public static float Apply(float a, float b, float c) =>
        DirectedRules.Out<TFtz, TSat>(DirectedRules.Sum((double)DirectedRules.In<TFtz>(a) * DirectedRules.In<TFtz>(b), DirectedRules.In<TFtz>(c), TMode.Mode));
}

internal readonly struct DivideDirected<TMode, TFtz> : IScalarBinary<float, float, float> where TMode : IRounding where TFtz : IFlag
{
    public static float Apply(float a, float b)
    {
        double x = DirectedRules.In<TFtz>(a), y = DirectedRules.In<TFtz>(b), quotient = x / y;
        double rest = double.IsFinite(quotient) && double.IsFinite(y) && y != 0 ? Math.FusedMultiplyAdd(-quotient, y, x) : 0;
        return DirectedRules.Out<TFtz, Off>(Directed.ToSingle(quotient, y < 0 ? -rest : rest, TMode.Mode));
    }
}

internal readonly struct ReciprocalDirected<TMode, TFtz> : IScalarUnary<float, float> where TMode : IRounding where TFtz : IFlag
{
    public static float Apply(float a) => DivideDirected<TMode, TFtz>.Apply(1, a);
}

internal readonly struct RootDirected<TMode, TFtz> : IScalarUnary<float, float> where TMode : IRounding where TFtz : IFlag
{
    public static float Apply(float a)
    {
        double x = DirectedRules.In<TFtz>(a), root = Math.Sqrt(x);
        double rest = double.IsFinite(root) ? Math.FusedMultiplyAdd(-root, root, x) : 0;
        return DirectedRules.Out<TFtz, Off>(Directed.ToSingle(root, rest, TMode.Mode));
    }
}

internal readonly struct AddDirectedF64<TMode> : IScalarBinary<double, double, double> where TMode : IRounding
{
    public static double Apply(double a, double b)
    {
        (double high, double low) = Directed.Sum(a, b);
        if (double.IsInfinity(high) && double.IsFinite(a) && double.IsFinite(b)) return Overflow(high, TMode.Mode);
        if (high == 0 && TMode.Mode == Rounding.Down && (a != 0 || double.IsNegative(a) != double.IsNegative(b))) return -0.0;
        return Directed.ToDouble(high, low, TMode.Mode);
    }

    public static double Overflow(double infinity, Rounding mode) =>
        mode == Rounding.Zero || mode == Rounding.Down && infinity > 0 || mode == Rounding.Up && infinity < 0 ? Math.CopySign(double.MaxValue, infinity) : infinity;
}

internal readonly struct MultiplyDirectedF64<TMode> : IScalarBinary<double, double, double> where TMode : IRounding
{
    public static double Apply(double a, double b)
    {
        double product = a * b;
        if (double.IsInfinity(product) && double.IsFinite(a) && double.IsFinite(b)) return AddDirectedF64<TMode>.Overflow(product, TMode.Mode);
        if (!double.IsFinite(product) || a == 0 || b == 0) return product;
        // Products near the subnormal range are scaled up, so that the rest does not vanish.
        double rest = Math.Abs(product) < 1e-290 ? ScaledRest(a, b, product) : Math.FusedMultiplyAdd(a, b, -product);
        return Directed.ToDouble(product, rest, TMode.Mode);
    }

    private static double ScaledRest(double a, double b, double product)
    {
        (double small, double large) = Math.Abs(a) < Math.Abs(b) ? (a, b) : (b, a);
        return Math.FusedMultiplyAdd(Math.ScaleB(small, 600), large, -Math.ScaleB(product, 600));
    }
}
