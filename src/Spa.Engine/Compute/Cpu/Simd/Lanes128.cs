using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Engine.Compute.Cpu.Simd;

/// <summary>Sixteen lanes in four Vector128.</summary>
internal readonly unsafe struct Lanes128(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) : ILanes<Lanes128>
{
    private readonly Vector128<float> _a = a;
    private readonly Vector128<float> _b = b;
    private readonly Vector128<float> _c = c;
    private readonly Vector128<float> _d = d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(float* source) => new(Vector128.Load(source), Vector128.Load(source + 4), Vector128.Load(source + 8), Vector128.Load(source + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128 value, float* destination)
    {
        value._a.Store(destination);
        value._b.Store(destination + 4);
        value._c.Store(destination + 8);
        value._d.Store(destination + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadBf16(ushort* source) => new(Bf16Lanes.Load128(source), Bf16Lanes.Load128(source + 4), Bf16Lanes.Load128(source + 8), Bf16Lanes.Load128(source + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBf16(Lanes128 value, ushort* destination)
    {
        Bf16Lanes.Store(value._a, destination);
        Bf16Lanes.Store(value._b, destination + 4);
        Bf16Lanes.Store(value._c, destination + 8);
        Bf16Lanes.Store(value._d, destination + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Broadcast(float value)
    {
        Vector128<float> v = Vector128.Create(value);
        return new(v, v, v, v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 a, Lanes128 b) => new(a._a + b._a, a._b + b._b, a._c + b._c, a._d + b._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 a, Lanes128 b) => new(a._a - b._a, a._b - b._b, a._c - b._c, a._d - b._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 a, Lanes128 b) => new(a._a * b._a, a._b * b._b, a._c * b._c, a._d * b._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator /(Lanes128 a, Lanes128 b) => new(a._a / b._a, a._b / b._b, a._c / b._c, a._d / b._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 a, Lanes128 b, Lanes128 c) => new(Vector128.FusedMultiplyAdd(a._a, b._a, c._a), Vector128.FusedMultiplyAdd(a._b, b._b, c._b), Vector128.FusedMultiplyAdd(a._c, b._c, c._c), Vector128.FusedMultiplyAdd(a._d, b._d, c._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Max(Lanes128 a, Lanes128 b) => new(Vector128.MaxNative(a._a, b._a), Vector128.MaxNative(a._b, b._b), Vector128.MaxNative(a._c, b._c), Vector128.MaxNative(a._d, b._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Min(Lanes128 a, Lanes128 b) => new(Vector128.MinNative(a._a, b._a), Vector128.MinNative(a._b, b._b), Vector128.MinNative(a._c, b._c), Vector128.MinNative(a._d, b._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Sqrt(Lanes128 a) => new(Vector128.Sqrt(a._a), Vector128.Sqrt(a._b), Vector128.Sqrt(a._c), Vector128.Sqrt(a._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Abs(Lanes128 a) => new(Vector128.Abs(a._a), Vector128.Abs(a._b), Vector128.Abs(a._c), Vector128.Abs(a._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Round(Lanes128 a) => new(Vector128.Round(a._a), Vector128.Round(a._b), Vector128.Round(a._c), Vector128.Round(a._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ScaleByPowerOfTwo(Lanes128 a, Lanes128 n) => new(Scale(a._a, n._a), Scale(a._b, n._b), Scale(a._c, n._c), Scale(a._d, n._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 SelectLess(Lanes128 a, Lanes128 b, Lanes128 whenTrue, Lanes128 whenFalse) => new(Vector128.ConditionalSelect(Vector128.LessThan(a._a, b._a), whenTrue._a, whenFalse._a), Vector128.ConditionalSelect(Vector128.LessThan(a._b, b._b), whenTrue._b, whenFalse._b), Vector128.ConditionalSelect(Vector128.LessThan(a._c, b._c), whenTrue._c, whenFalse._c), Vector128.ConditionalSelect(Vector128.LessThan(a._d, b._d), whenTrue._d, whenFalse._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LessMask(Lanes128 a, Lanes128 b) => (Vector128.LessThan(a._a, b._a).ExtractMostSignificantBits()) | (Vector128.LessThan(a._b, b._b).ExtractMostSignificantBits() << 4) | (Vector128.LessThan(a._c, b._c).ExtractMostSignificantBits() << 8) | (Vector128.LessThan(a._d, b._d).ExtractMostSignificantBits() << 12);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSquares(float* source, double* sums)
    {
        AddSquaresOfOne(source, sums);
        AddSquaresOfOne(source + 4, sums + 4);
        AddSquaresOfOne(source + 8, sums + 8);
        AddSquaresOfOne(source + 12, sums + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes128 a) => LaneTree.Sum((a._a + a._c) + (a._b + a._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxAll(Lanes128 a) => LaneTree.Max(Vector128.MaxNative(Vector128.MaxNative(a._a, a._c), Vector128.MaxNative(a._b, a._d)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Scale(Vector128<float> a, Vector128<float> n)
    {
        Vector128<int> whole = Vector128.ConvertToInt32Native(n), half = whole >> 1;
        return a * PowerOfTwo(half) * PowerOfTwo(whole - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> PowerOfTwo(Vector128<int> n) => ((n + Vector128.Create(127)) << 23).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddSquaresOfOne(float* source, double* sums)
    {
        (Vector128<double> lower, Vector128<double> upper) = Vector128.Widen(Vector128.Load(source));
        Vector128.FusedMultiplyAdd(lower, lower, Vector128.Load(sums)).Store(sums);
        Vector128.FusedMultiplyAdd(upper, upper, Vector128.Load(sums + 2)).Store(sums + 2);
    }
}
