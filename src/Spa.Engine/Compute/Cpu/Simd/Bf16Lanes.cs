using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Engine.Compute.Cpu.Simd;

/// <summary>Conversions between float32 vectors and bfloat16 in memory.</summary>
internal static unsafe class Bf16Lanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(ushort* source)
    {
        (Vector256<uint> lower, Vector256<uint> upper) = Vector256.Widen(Vector256.Load(source));
        return (Vector512.Create(lower, upper) << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(ushort* source)
    {
        (Vector128<uint> lower, Vector128<uint> upper) = Vector128.Widen(Vector128.Load(source));
        return (Vector256.Create(lower, upper) << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load128(ushort* source) =>
        (Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)source).AsUInt16()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, ushort* destination)
    {
        Vector512<uint> rounded = Round(value);
        Vector256.Narrow(rounded.GetLower(), rounded.GetUpper()).Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, ushort* destination)
    {
        Vector256<uint> rounded = Round(value);
        Vector128.Narrow(rounded.GetLower(), rounded.GetUpper()).Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, ushort* destination)
    {
        Vector128<uint> rounded = Round(value);
        *(ulong*)destination = Vector128.Narrow(rounded, rounded).AsUInt64().ToScalar();
    }

    // Adding 0x7FFF plus the lowest kept bit carries into the kept half exactly when nearest-even rounds up; a NaN is made quiet instead.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Round(Vector512<float> value)
    {
        Vector512<uint> bits = value.AsUInt32();
        Vector512<uint> rounded = bits + Vector512.Create(0x7FFFu) + ((bits >>> 16) & Vector512.Create(1u));
        return Vector512.ConditionalSelect(Vector512.Equals(value, value).AsUInt32(), rounded, bits | Vector512.Create(0x400000u)) >>> 16;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Round(Vector256<float> value)
    {
        Vector256<uint> bits = value.AsUInt32();
        Vector256<uint> rounded = bits + Vector256.Create(0x7FFFu) + ((bits >>> 16) & Vector256.Create(1u));
        return Vector256.ConditionalSelect(Vector256.Equals(value, value).AsUInt32(), rounded, bits | Vector256.Create(0x400000u)) >>> 16;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Round(Vector128<float> value)
    {
        Vector128<uint> bits = value.AsUInt32();
        Vector128<uint> rounded = bits + Vector128.Create(0x7FFFu) + ((bits >>> 16) & Vector128.Create(1u));
        return Vector128.ConditionalSelect(Vector128.Equals(value, value).AsUInt32(), rounded, bits | Vector128.Create(0x400000u)) >>> 16;
    }
}
