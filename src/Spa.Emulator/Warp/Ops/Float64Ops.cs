using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp.Ops;

internal readonly struct DivideF64 : IVectorBinary<double>
{
    public static Vector512<double> Apply(Vector512<double> a, Vector512<double> b) => a / b;
}

internal readonly struct FusedF64 : IVectorTernary<double>
{
    public static Vector512<double> Apply(Vector512<double> a, Vector512<double> b, Vector512<double> c) => Vector512.FusedMultiplyAdd(a, b, c);
}

internal readonly struct MinimumF64 : IVectorBinary<double>
{
    public static Vector512<double> Apply(Vector512<double> a, Vector512<double> b) => Vector512.MinNumber(a, b);
}

internal readonly struct MaximumF64 : IVectorBinary<double>
{
    public static Vector512<double> Apply(Vector512<double> a, Vector512<double> b) => Vector512.MaxNumber(a, b);
}

internal readonly struct NegateF64 : IVectorUnary<double>
{
    public static Vector512<double> Apply(Vector512<double> a) => a ^ Vector512.Create(-0.0);
}

internal readonly struct AbsoluteF64 : IVectorUnary<double>
{
    public static Vector512<double> Apply(Vector512<double> a) => Vector512.Abs(a);
}

internal readonly struct RootF64 : IVectorUnary<double>
{
    public static Vector512<double> Apply(Vector512<double> a) => Vector512.Sqrt(a);
}

internal readonly struct ReciprocalF64 : IVectorUnary<double>
{
    public static Vector512<double> Apply(Vector512<double> a) => Vector512<double>.One / a;
}

/// <summary>rcp.approx.ftz.f64 and rsqrt.approx.f64 keep the upper 32 bits of the result only; the lower ones are 0.</summary>
internal readonly struct ReciprocalApproxF64 : IVectorUnary<double>
{
    public static Vector512<double> Apply(Vector512<double> a) => Coarse.Apply(Vector512<double>.One / Coarse.Flush(a));
}

internal readonly struct ReciprocalRootF64<TCoarse> : IVectorUnary<double> where TCoarse : IFlag
{
    public static Vector512<double> Apply(Vector512<double> a)
    {
        Vector512<double> root = Vector512<double>.One / Vector512.Sqrt(TCoarse.On ? Coarse.Flush(a) : a);
        return TCoarse.On ? Coarse.Apply(root) : root;
    }
}

internal static class Coarse
{
    public static Vector512<double> Apply(Vector512<double> a) => (a.AsUInt64() & Vector512.Create(0xFFFF_FFFF_0000_0000)).AsDouble();

    public static Vector512<double> Flush(Vector512<double> a) =>
        Vector512.ConditionalSelect(Vector512.LessThan(Vector512.Abs(a), Vector512.Create(2.2250738585072014E-308)), a & Vector512.Create(-0.0), a);
}
