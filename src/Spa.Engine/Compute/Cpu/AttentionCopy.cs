using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>Moves keys, values and rows between tensors, cache pages and tiles.</summary>
internal static unsafe class AttentionCopy
{
    private const int Keys = AttentionTile.Keys;

    /// <summary>Copies <paramref name="count"/> elements and puts zeros behind them up to <paramref name="padded"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row<TLanes>(float* destination, float* source, int count, int padded) where TLanes : unmanaged, ILanes<TLanes>
    {
        int i = 0;
        for (; i + 16 <= count; i += 16) TLanes.Store(TLanes.Load(source + i), destination + i);
        for (; i < count; i++) destination[i] = source[i];
        for (; i < padded; i++) destination[i] = 0;
    }

    /// <summary>destination[count, padded] = rows of <paramref name="columns"/> elements.</summary>
    public static void Rows<TLanes>(float* destination, int padded, float* source, nint stride, int count, int columns) where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int i = 0; i < count; i++) Row<TLanes>(destination + i * padded, source + i * stride, columns, padded);
    }

    /// <summary>destination[d * 64 + i] = row i's element d, for <paramref name="count"/> rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns(float* destination, float* source, nint stride, int count, int columns)
    {
        int i = 0;
        for (; i + 4 <= count; i += 4)
        {
            int d = 0;
            for (; d + 4 <= columns; d += 4) Square(destination + d * Keys + i, source + i * stride + d, stride);
            for (; d < columns; d++)
            {
                for (int j = i; j < i + 4; j++) destination[d * Keys + j] = source[j * stride + d];
            }
        }
        for (; i < count; i++)
        {
            for (int d = 0; d < columns; d++) destination[d * Keys + i] = source[i * stride + d];
        }
    }

    /// <summary>Zeros behind <paramref name="count"/> columns of [rows, 64] up to the end of their vector, so that nothing undefined is computed with.</summary>
    public static void PadColumns(float* block, int count, int rows)
    {
        int end = (count + 15) / 16 * 16;
        for (int d = 0; d < rows && count < end; d++) new Span<float>(block + d * Keys + count, end - count).Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square(float* destination, float* source, nint stride)
    {
        Vector128<float> a = Vector128.Load(source), b = Vector128.Load(source + stride);
        Vector128<float> c = Vector128.Load(source + 2 * stride), d = Vector128.Load(source + 3 * stride);
        Vector128<float> ac = Low(a, c), bd = Low(b, d);
        Low(ac, bd).Store(destination);
        High(ac, bd).Store(destination + Keys);
        (ac, bd) = (High(a, c), High(b, d));
        Low(ac, bd).Store(destination + 2 * Keys);
        High(ac, bd).Store(destination + 3 * Keys);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) => Sse.IsSupported ? Sse.UnpackLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) => Sse.IsSupported ? Sse.UnpackHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3]);
}
