using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// The small matrix products of attention. c[i, n] continues, or begins with 0, a chain of fused multiply-adds a[i, k] b[k, n] over k
/// ascending; how rows and columns are grouped into register tiles changes no bit.
/// </summary>
internal static unsafe partial class AttentionProduct
{
    /// <summary>Rows of the largest register tile: with four vectors of columns it leaves room for b and one factor in 32 registers.</summary>
    public const int TileRows = 6;

    /// <summary>c[rows, 16 * vectors] = or += a[rows, depth] b[depth, 16 * vectors].</summary>
    public static void Multiply<TLanes, TElement>(in AttentionFactors<TElement> factors, int rows, int depth, int vectors, bool accumulate)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        // Four vectors times six rows need 32 registers, each as wide as a lane group: only Vector512 has them.
        int wide = typeof(TLanes) == typeof(Lanes512) ? vectors / 4 * 4 : 0;
        for (int n = 0; n < wide; n += 4) Columns<TLanes, TElement>(factors.FromVector(n), rows, depth, true, accumulate);
        for (int n = wide; n < vectors; n++) Columns<TLanes, TElement>(factors.FromVector(n), rows, depth, false, accumulate);
    }

    /// <summary>
    /// c[i] += a[i, k] b[k] over from[i] &lt;= k &lt; to[i] only; both bounds ascend with i. What every row of a tile shares is done in one
    /// go, what only some of them see before and after it, so that k ascends for every row.
    /// </summary>
    public static void MultiplyRanges<TLanes, TElement>(in AttentionFactors<TElement> factors, int rows, int* from, int* to, int vectors)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        for (int i = 0, count; i < rows; i += count)
        {
            count = Math.Min(TileRows, rows - i);
            AttentionFactors<TElement> tile = factors.FromRow(i);
            if (from[i] == from[i + count - 1] && to[i] == to[i + count - 1])
            {
                Range<TLanes, TElement>(tile, count, from[i], to[i], vectors);
                continue;
            }
            int start = from[i + count - 1], end = Math.Max(start, to[i]);
            Ragged<TLanes, TElement>(tile, count, from + i, to + i, 0, start, vectors);
            Range<TLanes, TElement>(tile, count, start, end, vectors);
            Ragged<TLanes, TElement>(tile, count, from + i, to + i, end, int.MaxValue, vectors);
        }
    }

    /// <summary>What the rows see of k in [lowest, highest), neighbours that see the same together.</summary>
    private static void Ragged<TLanes, TElement>(in AttentionFactors<TElement> factors, int rows, int* from, int* to, int lowest, int highest, int vectors)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        for (int r = 0, count; r < rows; r += count)
        {
            for (count = 1; r + count < rows && from[r + count] == from[r] && to[r + count] == to[r];) count++;
            Range<TLanes, TElement>(factors.FromRow(r), count, Math.Max(from[r], lowest), Math.Min(to[r], highest), vectors);
        }
    }

    private static void Range<TLanes, TElement>(in AttentionFactors<TElement> factors, int rows, int from, int to, int vectors)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        if (to > from) Multiply<TLanes, TElement>(factors.FromDepth(from), rows, to - from, vectors, true);
    }

    private static void Columns<TLanes, TElement>(in AttentionFactors<TElement> factors, int rows, int depth, bool wide, bool accumulate)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        for (int i = 0, count; i < rows; i += count)
        {
            count = rows - i >= TileRows ? TileRows : rows - i >= 3 ? 3 : 1;
            AttentionFactors<TElement> tile = factors.FromRow(i);
            switch (count, wide)
            {
                case (TileRows, true): Tile6x4<TLanes, TElement>(tile, depth, accumulate); break;
                case (3, true): Tile3x4<TLanes, TElement>(tile, depth, accumulate); break;
                case (1, true): Tile1x4<TLanes, TElement>(tile, depth, accumulate); break;
                case (TileRows, false): Tile6x1<TLanes, TElement>(tile, depth, accumulate); break;
                case (3, false): Tile3x1<TLanes, TElement>(tile, depth, accumulate); break;
                default: Tile1x1<TLanes, TElement>(tile, depth, accumulate); break;
            }
        }
    }
}
