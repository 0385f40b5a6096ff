using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// The inner loop of every matrix product: TRows rows times two registers of columns, held in accumulators over the whole depth.
/// An element is one chain of fused multiply-adds over k ascending, whatever the rows beside it and the width of the registers.
/// </summary>
internal static unsafe class MatMulKernel<TVector, TOps, TPanel, TRows>
    where TVector : struct
    where TOps : IMatMulVector<TVector>
    where TPanel : unmanaged
    where TRows : IMatMulRows
{
    // Panel elements ahead of the loop, into the second-level cache: across the page ends, where hardware prefetch stops, and past the few dozen misses that
    // the first-level cache can have open. Measured with DecodeBenchmark, 8 rows of float32 on two threads: 24 GB/s at 32 rows into the first level, 30 here.
    private const int PrefetchDistance = 96 * PanelPacking.Width;

    private const int CacheLine = 64;

    // The rows are spelt out because accumulators must be locals: an array or a loop over them would live in memory.
    // Measured on Zen 4, 14 rows x 32 columns: no spills, and unrolling over k gains nothing because the loop counter is hidden behind 28 FMAs.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in MatMulTile tile)
    {
        float* a = tile.A;
        var b = (TPanel*)tile.B;
        nint rowsStride = tile.RowsStride;
        Prefetch(tile);
        TVector x0 = default, y0 = default, x1 = default, y1 = default, x2 = default, y2 = default, x3 = default, y3 = default, x4 = default, y4 = default, x5 = default, y5 = default, x6 = default, y6 = default,
            x7 = default, y7 = default, x8 = default, y8 = default, x9 = default, y9 = default, x10 = default, y10 = default, x11 = default, y11 = default, x12 = default, y12 = default, x13 = default, y13 = default;
        if (tile.Source != null)
        {
            Start(tile, 0, out x0, out y0);
            if (TRows.Count > 1) Start(tile, 1, out x1, out y1);
            if (TRows.Count > 2) Start(tile, 2, out x2, out y2);
            if (TRows.Count > 3) Start(tile, 3, out x3, out y3);
            if (TRows.Count > 4) Start(tile, 4, out x4, out y4);
            if (TRows.Count > 5) Start(tile, 5, out x5, out y5);
            if (TRows.Count > 6) Start(tile, 6, out x6, out y6);
            if (TRows.Count > 7) Start(tile, 7, out x7, out y7);
            if (TRows.Count > 8) Start(tile, 8, out x8, out y8);
            if (TRows.Count > 9) Start(tile, 9, out x9, out y9);
            if (TRows.Count > 10) Start(tile, 10, out x10, out y10);
            if (TRows.Count > 11) Start(tile, 11, out x11, out y11);
            if (TRows.Count > 12) Start(tile, 12, out x12, out y12);
            if (TRows.Count > 13) Start(tile, 13, out x13, out y13);
        }
        for (nint k = tile.Depth; k > 0; k--)
        {
            TVector left = Load(b), right = Load(b + TOps.Width);
            PrefetchPanel(b);
            Step(a[0], left, right, ref x0, ref y0);
            if (TRows.Count > 1) Step(a[1], left, right, ref x1, ref y1);
            if (TRows.Count > 2) Step(a[2], left, right, ref x2, ref y2);
            if (TRows.Count > 3) Step(a[3], left, right, ref x3, ref y3);
            if (TRows.Count > 4) Step(a[4], left, right, ref x4, ref y4);
            if (TRows.Count > 5) Step(a[5], left, right, ref x5, ref y5);
            if (TRows.Count > 6) Step(a[6], left, right, ref x6, ref y6);
            if (TRows.Count > 7) Step(a[7], left, right, ref x7, ref y7);
            if (TRows.Count > 8) Step(a[8], left, right, ref x8, ref y8);
            if (TRows.Count > 9) Step(a[9], left, right, ref x9, ref y9);
            if (TRows.Count > 10) Step(a[10], left, right, ref x10, ref y10);
            if (TRows.Count > 11) Step(a[11], left, right, ref x11, ref y11);
            if (TRows.Count > 12) Step(a[12], left, right, ref x12, ref y12);
            if (TRows.Count > 13) Step(a[13], left, right, ref x13, ref y13);
            a += rowsStride;
            b += PanelPacking.Width;
        }
        Finish(tile, 0, x0, y0);
        if (TRows.Count > 1) Finish(tile, 1, x1, y1);
        if (TRows.Count > 2) Finish(tile, 2, x2, y2);
        if (TRows.Count > 3) Finish(tile, 3, x3, y3);
        if (TRows.Count > 4) Finish(tile, 4, x4, y4);
        if (TRows.Count > 5) Finish(tile, 5, x5, y5);
        if (TRows.Count > 6) Finish(tile, 6, x6, y6);
        if (TRows.Count > 7) Finish(tile, 7, x7, y7);
        if (TRows.Count > 8) Finish(tile, 8, x8, y8);
        if (TRows.Count > 9) Finish(tile, 9, x9, y9);
        if (TRows.Count > 10) Finish(tile, 10, x10, y10);
        if (TRows.Count > 11) Finish(tile, 11, x11, y11);
        if (TRows.Count > 12) Finish(tile, 12, x12, y12);
        if (TRows.Count > 13) Finish(tile, 13, x13, y13);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load(TPanel* source) => typeof(TPanel) == typeof(ushort) ? TOps.Load((ushort*)source) : TOps.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Start(in MatMulTile tile, nint row, out TVector x, out TVector y)
    {
        float* source = tile.Source + row * tile.SourceStride;
        x = TOps.Load(source);
        y = TOps.Load(source + TOps.Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(float a, TVector left, TVector right, ref TVector x, ref TVector y)
    {
        TVector value = TOps.Broadcast(a);
        x = TOps.MultiplyAdd(value, left, x);
        y = TOps.MultiplyAdd(value, right, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(in MatMulTile tile, nint row, TVector x, TVector y)
    {
        if (tile.Bias != null)
        {
            x = TOps.Add(x, TOps.Load(tile.Bias));
            y = TOps.Add(y, TOps.Load(tile.Bias + TOps.Width));
        }
        if (tile.Residual != null)
        {
            float* residual = tile.Residual + row * tile.ResidualStride;
            x = TOps.Add(x, TOps.Load(residual));
            y = TOps.Add(y, TOps.Load(residual + TOps.Width));
        }
        float* output = tile.Output + row * tile.OutputStride;
        TOps.Store(x, output);
        TOps.Store(y, output + TOps.Width);
    }

    // The lines of the output are fetched while the loop runs, so that the stores at its end do not wait for them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(in MatMulTile tile)
    {
        if (!Sse.IsSupported) return;
        float* output = tile.Output;
        for (int row = 0; row < TRows.Count; row++, output += tile.OutputStride)
        {
            Sse.Prefetch0(output);
            Sse.Prefetch0(output + TOps.Width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PrefetchPanel(TPanel* b)
    {
        if (!Sse.IsSupported) return;
        Sse.Prefetch1(b + PrefetchDistance);
        if (2 * TOps.Width * sizeof(TPanel) > CacheLine) Sse.Prefetch1(b + PrefetchDistance + TOps.Width);
    }
}
