using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// Loads and stores of packing: float32 (<c>float</c>) and bfloat16 (<c>ushort</c>) elements as float32 values. Only values that came from the
/// narrow type are ever stored to it, so a store drops zero bits and rounds nothing.
/// </summary>
internal static unsafe class PanelElement
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load4<T>(T* source) where T : unmanaged =>
        typeof(T) == typeof(ushort)
            ? (Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16()) << 16).AsSingle()
            : Vector128.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load8<T>(T* source) where T : unmanaged
    {
        if (typeof(T) != typeof(ushort)) return Vector256.Load((float*)source);
        if (Avx2.IsSupported) return (Avx2.ConvertToVector256Int32((ushort*)source) << 16).AsSingle();
        return Vector256.Create(Load4(source), Load4(source + 4));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store8<T>(Vector256<float> value, T* destination) where T : unmanaged
    {
        if (typeof(T) == typeof(ushort))
        {
            Vector256<uint> bits = value.AsUInt32() >>> 16;
            Vector128.Narrow(bits.GetLower(), bits.GetUpper()).Store((ushort*)destination);
        }
        else
        {
            value.Store((float*)destination);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<TSource, TTarget>(TSource* source, TTarget* destination) where TSource : unmanaged where TTarget : unmanaged
    {
        if (typeof(TSource) == typeof(TTarget)) *destination = Unsafe.BitCast<TSource, TTarget>(*source);
        else if (typeof(TSource) == typeof(ushort)) *(uint*)destination = (uint)*(ushort*)source << 16;
        else *(ushort*)destination = (ushort)(*(uint*)source >> 16);
    }
}
