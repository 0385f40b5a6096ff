using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp;

/// <summary>Vectors over the lanes of a warp, and masks of lanes as vectors.</summary>
internal static unsafe class Lanes
{
    public const int Count = 32;
    public const uint All = uint.MaxValue;

    private static readonly Vector512<ushort> s_bits16 = Vector512.Create((ushort)1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768,
        1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);

    private static readonly Vector512<uint> s_bits32 = Vector512.Create(1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
    private static readonly Vector512<ulong> s_bits64 = Vector512.Create(1UL, 2, 4, 8, 16, 32, 64, 128);

    /// <summary>All ones in the elements whose bit is set, beginning with bit 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Mask<T>(uint bits) where T : unmanaged
    {
        if (sizeof(T) == 2)
        {
            Vector512<ushort> spread = Vector512.Create(Vector256.Create((ushort)bits), Vector256.Create((ushort)(bits >> 16)));
            return Vector512.Equals(spread & s_bits16, s_bits16).As<ushort, T>();
        }
        if (sizeof(T) == 4) return Vector512.Equals(Vector512.Create(bits) & s_bits32, s_bits32).As<uint, T>();
        return Vector512.Equals(Vector512.Create((ulong)bits) & s_bits64, s_bits64).As<ulong, T>();
    }

    /// <summary>Stores the elements of the active lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector512<T> value, T* destination, uint mask) where T : unmanaged =>
        Vector512.ConditionalSelect(Mask<T>(mask), value, Vector512.Load(destination)).Store(destination);

    /// <summary>Copies one value of 32 lanes for the active lanes.</summary>
    public static void Copy<T>(T* source, T* destination, uint mask) where T : unmanaged
    {
        if (mask == All)
        {
            for (int k = 0; k < Count; k += Vector512<T>.Count) Vector512.Load(source + k).Store(destination + k);
            return;
        }
        for (int k = 0; k < Count; k += Vector512<T>.Count) Store(Vector512.Load(source + k), destination + k, mask >> k);
    }

    /// <summary>Gives every active lane the same value.</summary>
    public static void Broadcast<T>(T value, T* destination, uint mask) where T : unmanaged
    {
        Vector512<T> all = Vector512.Create(value);
        for (int k = 0; k < Count; k += Vector512<T>.Count) Store(all, destination + k, mask >> k);
    }
}
