using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp.Ops;

internal readonly struct AddF32<TFtz, TSat> : IVectorBinary<float> where TFtz : IFlag where TSat : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => Float32.Out<TFtz, TSat>(Float32.In<TFtz>(a) + Float32.In<TFtz>(b));
}

internal readonly struct SubtractF32<TFtz, TSat> : IVectorBinary<float> where TFtz : IFlag where TSat : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => Float32.Out<TFtz, TSat>(Float32.In<TFtz>(a) - Float32.In<TFtz>(b));
}

internal readonly struct MultiplyF32<TFtz, TSat> : IVectorBinary<float> where TFtz : IFlag where TSat : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => Float32.Out<TFtz, TSat>(Float32.In<TFtz>(a) * Float32.In<TFtz>(b));
}

internal readonly struct FusedF32<TFtz, TSat> : IVectorTernary<float> where TFtz : IFlag where TSat : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Float32.Out<TFtz, TSat>(Vector512.FusedMultiplyAdd(Float32.In<TFtz>(a), Float32.In<TFtz>(b), Float32.In<TFtz>(c)));
}

/// <summary>div.rn, and div.full, whose documented error is 2 units.</summary>
internal readonly struct DivideF32<TFtz> : IVectorBinary<float> where TFtz : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => Float32.Out<TFtz, Off>(Float32.In<TFtz>(a) / Float32.In<TFtz>(b));
}

/// <summary>div.approx: 0 where 2^126 &lt; |b| &lt; 2^128, NaN there for an infinite a; else the quotient.</summary>
internal readonly struct DivideApproxF32<TFtz> : IVectorBinary<float> where TFtz : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b)
    {
        a = Float32.In<TFtz>(a);
        b = Float32.In<TFtz>(b);
        Vector512<float> magnitude = Vector512.Abs(b);
        Vector512<float> huge = Vector512.GreaterThan(magnitude, Vector512.Create(8.507059e37f)) & Vector512.LessThan(magnitude, Vector512.Create(float.PositiveInfinity));
        Vector512<float> zero = a * ((b & Vector512.Create(-0f)) | Vector512<float>.Zero);
        return Float32.Out<TFtz, Off>(Vector512.ConditionalSelect(huge, zero, a / b));
    }
}

/// <summary>min: the number if one operand is NaN, -0 below +0; with <typeparamref name="TNan"/> NaN if either is.</summary>
internal readonly struct MinimumF32<TFtz, TNan> : IVectorBinary<float> where TFtz : IFlag where TNan : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b)
    {
        (a, b) = (Float32.In<TFtz>(a), Float32.In<TFtz>(b));
        return Float32.Canonical(TNan.On ? Vector512.Min(a, b) : Vector512.MinNumber(a, b));
    }
}

internal readonly struct MaximumF32<TFtz, TNan> : IVectorBinary<float> where TFtz : IFlag where TNan : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b)
    {
        (a, b) = (Float32.In<TFtz>(a), Float32.In<TFtz>(b));
        return Float32.Canonical(TNan.On ? Vector512.Max(a, b) : Vector512.MaxNumber(a, b));
    }
}

internal readonly struct NegateF32<TFtz> : IVectorUnary<float> where TFtz : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a) => Float32.Canonical(Float32.In<TFtz>(a) ^ Vector512.Create(-0f));
}

internal readonly struct AbsoluteF32<TFtz> : IVectorUnary<float> where TFtz : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a) => Float32.Canonical(Vector512.Abs(Float32.In<TFtz>(a)));
}

/// <summary>copysign: the sign of a with the magnitude of b.</summary>
internal readonly struct CopySignF32 : IVectorBinary<uint>
{
    public static Vector512<uint> Apply(Vector512<uint> a, Vector512<uint> b) => (a & Vector512.Create(0x8000_0000)) | (b & Vector512.Create(0x7FFF_FFFFu));
}

internal readonly struct CopySignF64 : IVectorBinary<ulong>
{
    public static Vector512<ulong> Apply(Vector512<ulong> a, Vector512<ulong> b) => (a & Vector512.Create(1UL << 63)) | (b & Vector512.Create(~(1UL << 63)));
}

/// <summary>rcp.rn, and rcp.approx, whose documented error is 1 unit.</summary>
internal readonly struct ReciprocalF32<TFtz> : IVectorUnary<float> where TFtz : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a) => Float32.Out<TFtz, Off>(Vector512<float>.One / Float32.In<TFtz>(a));
}

internal readonly struct RootF32<TFtz> : IVectorUnary<float> where TFtz : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a) => Float32.Out<TFtz, Off>(Vector512.Sqrt(Float32.In<TFtz>(a)));
}

internal readonly struct ReciprocalRootF32<TFtz> : IVectorUnary<float> where TFtz : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a)
    {
        (Vector512<double> low, Vector512<double> high) = Vector512.Widen(Float32.In<TFtz>(a));
        return Float32.Out<TFtz, Off>(Float32.Narrow(Vector512<double>.One / Vector512.Sqrt(low), Vector512<double>.One / Vector512.Sqrt(high)));
    }
}

/// <summary>ex2.approx, right to half a unit and a little; documented: 2 units.</summary>
internal readonly struct Exp2F32<TFtz> : IVectorUnary<float> where TFtz : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a)
    {
        a = Float32.In<TFtz>(a);
        (Vector512<double> low, Vector512<double> high) = Vector512.Widen(a);
        Vector512<float> result = Float32.Narrow(Double2(low), Double2(high));
        return Float32.Out<TFtz, Off>(Vector512.ConditionalSelect(Vector512.Equals(a, a), result, a));
    }

    /// <summary>2^x: the integer part goes into the exponent, e^(f ln 2) is its Taylor polynomial of degree 10 (relative error below 1e-13).</summary>
    public static Vector512<double> Double2(Vector512<double> x)
    {
        x = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(-400.0)), Vector512.Create(-400.0), x);
        x = Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512.Create(400.0)), Vector512.Create(400.0), x);
        Vector512<double> n = Vector512.Round(x);
        Vector512<double> f = (x - n) * Vector512.Create(0.693147180559945309);
        Vector512<double> p = Vector512.Create(1.0 / 3628800);
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(1.0 / 362880));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(1.0 / 40320));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(1.0 / 5040));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(1.0 / 720));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(1.0 / 120));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(1.0 / 24));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(1.0 / 6));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(0.5));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512<double>.One);
        p = Vector512.FusedMultiplyAdd(p, f, Vector512<double>.One);
        Vector512<long> shift = Vector512.ShiftLeft(Vector512.ConvertToInt64(n), 52);
        return (p.AsInt64() + shift).AsDouble();
    }
}

internal readonly struct Log2F32<TFtz> : IVectorUnary<float> where TFtz : IFlag
{
    public static Vector512<float> Apply(Vector512<float> a)
    {
        (Vector512<double> low, Vector512<double> high) = Vector512.Widen(Float32.In<TFtz>(a));
        return Float32.Out<TFtz, Off>(Float32.Narrow(Vector512.Log2(low), Vector512.Log2(high)));
    }
}

internal readonly struct SineF32<TFtz> : IScalarUnary<float, float> where TFtz : IFlag
{
    public static float Apply(float a) => TFtz.On ? Float32.Flush(Float32.Canonical((float)Math.Sin(Float32.Flush(a)))) : Float32.Canonical((float)Math.Sin(a));
}

internal readonly struct CosineF32<TFtz> : IScalarUnary<float, float> where TFtz : IFlag
{
    public static float Apply(float a) => Float32.Canonical((float)Math.Cos(TFtz.On ? Float32.Flush(a) : a));
}

/// <summary>tanh.approx; documented relative error 2^-11.</summary>
internal readonly struct TanhF32 : IVectorUnary<float>
{
    public static Vector512<float> Apply(Vector512<float> a)
    {
        (Vector512<double> low, Vector512<double> high) = Vector512.Widen(a);
        Vector512<float> result = Float32.Narrow(Tanh(low), Tanh(high));
        // Below 2^-12 the cubic term is under half a unit.
        result = Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(a), Vector512.Create(0.000244140625f)), a, result);
        return Float32.Canonical(Vector512.ConditionalSelect(Vector512.Equals(a, a), result, a));
    }

    private static Vector512<double> Tanh(Vector512<double> x)
    {
        Vector512<double> e = Exp2F32<Off>.Double2(x * Vector512.Create(2.88539008177792681));
        return (e - Vector512<double>.One) / (e + Vector512<double>.One);
    }
}

/// <summary>testp: a property of a number.</summary>
internal static class TestProperty
{
    private static readonly string[] s_names = ["finite", "infinite", "number", "notanumber", "normal", "subnormal"];

    public static int Find(string name) => Array.IndexOf(s_names, name);

    public static bool Apply(int property, double value, bool subnormal) => property switch
    {
        0 => double.IsFinite(value),
        1 => double.IsInfinity(value),
        2 => !double.IsNaN(value),
        3 => double.IsNaN(value),
        4 => double.IsFinite(value) && value != 0 && !subnormal,
        _ => subnormal,
    };
}
