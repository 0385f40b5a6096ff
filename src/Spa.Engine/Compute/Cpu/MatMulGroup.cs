using System.Runtime.CompilerServices;

namespace Spa.Engine.Compute.Cpu;

/// <summary>Runs the kernel over all tiles of a group of rows.</summary>
internal static unsafe class MatMulGroup<TVector, TOps, TPanel, TRows>
    where TVector : struct
    where TOps : IMatMulVector<TVector>
    where TPanel : unmanaged
    where TRows : IMatMulRows
{
    private static int TileColumns => 2 * TOps.Width;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in MatMulSlice slice)
    {
        MatMulTile tile = slice.Tile;
        int within = 0;
        for (int left = slice.Columns; left > 0; left -= TileColumns)
        {
            if (left >= TileColumns) MatMulKernel<TVector, TOps, TPanel, TRows>.Run(tile);
            else RunEdge(tile, left);

            tile.Output += TileColumns;
            if (tile.Source != null) tile.Source += TileColumns;
            if (tile.Bias != null) tile.Bias += TileColumns;
            if (tile.Residual != null) tile.Residual += TileColumns;
            within += TileColumns;
            nint step = TileColumns;
            if (within == PanelPacking.Width)
            {
                within = 0;
                step = slice.PanelStride - PanelPacking.Width + TileColumns;
            }
            tile.B = (TPanel*)tile.B + step;
        }
    }

    // The last, narrower tile: the same kernel on full-width copies, so that its elements take the same steps as all others.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunEdge(MatMulTile tile, int columns)
    {
        int width = TileColumns;
        float* copies = stackalloc float[(2 * TRows.Count + 1) * PanelPacking.Width];
        float* residual = copies + TRows.Count * width, bias = residual + TRows.Count * width;
        MatMulTile whole = tile;
        whole.Output = copies;
        whole.OutputStride = width;
        if (tile.Source != null)
        {
            CopyColumns(tile.Source, tile.SourceStride, copies, width, TRows.Count, columns);
            whole.Source = copies;
            whole.SourceStride = width;
        }
        if (tile.Bias != null)
        {
            CopyColumns(tile.Bias, 0, bias, 0, 1, columns);
            whole.Bias = bias;
        }
        if (tile.Residual != null)
        {
            CopyColumns(tile.Residual, tile.ResidualStride, residual, width, TRows.Count, columns);
            whole.Residual = residual;
            whole.ResidualStride = width;
        }
        MatMulKernel<TVector, TOps, TPanel, TRows>.Run(whole);
        CopyColumns(copies, width, tile.Output, tile.OutputStride, TRows.Count, columns);
    }

    private static void CopyColumns(float* source, nint sourceStride, float* target, nint targetStride, int rows, int columns)
    {
        for (int row = 0; row < rows; row++, source += sourceStride, target += targetStride)
            new ReadOnlySpan<float>(source, columns).CopyTo(new Span<float>(target, columns));
    }
}
