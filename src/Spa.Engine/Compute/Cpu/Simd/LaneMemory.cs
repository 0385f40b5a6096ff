using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spa.Engine.Compute.Cpu.Simd;

/// <summary>
/// Loads and stores of up to sixteen elements, so that a kernel writes its body once: called with the constant 16 in the loop, where
/// the test folds away, and with what is left at the end of a row. Nothing behind the count is read or written.
/// </summary>
internal static unsafe class LaneMemory
{
    /// <summary>The first <paramref name="count"/> elements; lanes behind them hold <paramref name="fill"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(float* source, int count, float fill = 0) where TLanes : struct, ILanes<TLanes> =>
        count >= ILanes<TLanes>.Width ? TLanes.Load(source) : LoadPart<TLanes>(source, count, fill);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes>(TLanes value, float* destination, int count) where TLanes : struct, ILanes<TLanes>
    {
        if (count >= ILanes<TLanes>.Width) TLanes.Store(value, destination);
        else StorePart(value, destination, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes LoadBf16<TLanes>(ushort* source, int count) where TLanes : struct, ILanes<TLanes> =>
        count >= ILanes<TLanes>.Width ? TLanes.LoadBf16(source) : LoadPartBf16<TLanes>(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBf16<TLanes>(TLanes value, ushort* destination, int count) where TLanes : struct, ILanes<TLanes>
    {
        if (count >= ILanes<TLanes>.Width) TLanes.StoreBf16(value, destination);
        else StorePartBf16(value, destination, count);
    }

    // Inlined on purpose: a call in a kernel, even one that is hardly ever made, forces the sums of its main loop into memory, because
    // every vector register is the callee's to overwrite.
    [MethodImpl(MethodImplOptions.AggressiveInlining), SkipLocalsInit]
    private static TLanes LoadPart<TLanes>(float* source, int count, float fill) where TLanes : struct, ILanes<TLanes>
    {
        Vector512<float> buffer;
        float* lanes = (float*)&buffer;
        TLanes.Store(TLanes.Broadcast(fill), lanes);
        for (int i = 0; i < count; i++) lanes[i] = source[i];
        return TLanes.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining), SkipLocalsInit]
    private static void StorePart<TLanes>(TLanes value, float* destination, int count) where TLanes : struct, ILanes<TLanes>
    {
        Vector512<float> buffer;
        float* lanes = (float*)&buffer;
        TLanes.Store(value, lanes);
        for (int i = 0; i < count; i++) destination[i] = lanes[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining), SkipLocalsInit]
    private static TLanes LoadPartBf16<TLanes>(ushort* source, int count) where TLanes : struct, ILanes<TLanes>
    {
        Vector256<ushort> buffer = default;
        ushort* lanes = (ushort*)&buffer;
        for (int i = 0; i < count; i++) lanes[i] = source[i];
        return TLanes.LoadBf16(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining), SkipLocalsInit]
    private static void StorePartBf16<TLanes>(TLanes value, ushort* destination, int count) where TLanes : struct, ILanes<TLanes>
    {
        Vector256<ushort> buffer;
        ushort* lanes = (ushort*)&buffer;
        TLanes.StoreBf16(value, lanes);
        for (int i = 0; i < count; i++) destination[i] = lanes[i];
    }
}
