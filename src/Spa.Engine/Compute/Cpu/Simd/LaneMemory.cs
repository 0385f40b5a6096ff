using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TLanes LoadPart<TLanes>(float* source, int count, float fill) where TLanes : struct, ILanes<TLanes>
    {
        float* lanes = stackalloc float[ILanes<TLanes>.Width];
        new Span<float>(lanes, ILanes<TLanes>.Width).Fill(fill);
        Unsafe.CopyBlockUnaligned(lanes, source, (uint)count * sizeof(float));
        return TLanes.Load(lanes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StorePart<TLanes>(TLanes value, float* destination, int count) where TLanes : struct, ILanes<TLanes>
    {
        float* lanes = stackalloc float[ILanes<TLanes>.Width];
        TLanes.Store(value, lanes);
        Unsafe.CopyBlockUnaligned(destination, lanes, (uint)count * sizeof(float));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TLanes LoadPartBf16<TLanes>(ushort* source, int count) where TLanes : struct, ILanes<TLanes>
    {
        ushort* lanes = stackalloc ushort[ILanes<TLanes>.Width];
        NativeMemory.Clear(lanes, (nuint)ILanes<TLanes>.Width * sizeof(ushort));
        Unsafe.CopyBlockUnaligned(lanes, source, (uint)count * sizeof(ushort));
        return TLanes.LoadBf16(lanes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StorePartBf16<TLanes>(TLanes value, ushort* destination, int count) where TLanes : struct, ILanes<TLanes>
    {
        ushort* lanes = stackalloc ushort[ILanes<TLanes>.Width];
        TLanes.StoreBf16(value, lanes);
        Unsafe.CopyBlockUnaligned(destination, lanes, (uint)count * sizeof(ushort));
    }
}
