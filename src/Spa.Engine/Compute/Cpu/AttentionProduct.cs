using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// The small matrix products of attention. c[i, n] continues, or begins with 0, a chain of fused multiply-adds a[i, k] b[k, n] over k
/// ascending; how rows and columns are grouped into register tiles changes no bit. Element a[i, k] lies at a + i * rowStep + k * step, so
/// a can be read transposed; b and c are read and written in whole vectors of sixteen columns, with any distance between rows.
/// </summary>
internal static unsafe partial class AttentionProduct
{
    /// <summary>Rows of the largest register tile: with four vectors of columns it leaves room for b and one factor in 32 registers.</summary>
    public const int TileRows = 6;

    /// <summary>c[rows, 16 * vectors] = or += a[rows, depth] b[depth, 16 * vectors].</summary>
    public static void Multiply<TLanes, TElement>(float* c, nint cStride, float* a, nint rowStep, nint step, TElement* b, nint bStride, int rows, int depth, int vectors, bool accumulate, nint ahead = 0)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        // Four vectors times six rows need 32 registers, which only Vector512 has in one lane group each.
        int wide = typeof(TLanes) == typeof(Lanes512) ? vectors / 4 * 4 : 0;
        for (int n = 0; n < wide; n += 4) Columns<TLanes, TElement>(c + 16 * n, cStride, a, rowStep, step, b + 16 * n, bStride, rows, depth, true, accumulate, ahead);
        for (int n = wide; n < vectors; n++) Columns<TLanes, TElement>(c + 16 * n, cStride, a, rowStep, step, b + 16 * n, bStride, rows, depth, false, accumulate, ahead);
    }

    /// <summary>
    /// c[i] += a[i, k] b[k] over from[i] &lt;= k &lt; to[i] only; both bounds ascend with i. What every row of a tile shares is done in one
    /// go, what only some of them see before and after it, so that k ascends for every row.
    /// </summary>
    public static void MultiplyRanges<TLanes, TElement>(float* c, nint cStride, float* a, nint rowStep, nint step, TElement* b, nint bStride, int rows, int* from, int* to, int vectors, nint ahead = 0)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        for (int i = 0, count; i < rows; i += count, c += count * cStride, a += count * rowStep)
        {
            count = Math.Min(TileRows, rows - i);
            if (from[i] == from[i + count - 1] && to[i] == to[i + count - 1])
            {
                Range<TLanes, TElement>(c, cStride, a, rowStep, step, b, bStride, count, from[i], to[i], vectors, ahead);
                continue;
            }
            int start = from[i + count - 1], end = Math.Max(start, to[i]);
            Ragged<TLanes, TElement>(c, cStride, a, rowStep, step, b, bStride, count, from + i, to + i, 0, start, vectors, ahead);
            if (to[i] > start) Range<TLanes, TElement>(c, cStride, a, rowStep, step, b, bStride, count, start, end, vectors, ahead);
            Ragged<TLanes, TElement>(c, cStride, a, rowStep, step, b, bStride, count, from + i, to + i, end, int.MaxValue, vectors, ahead);
        }
    }

    /// <summary>What the rows see of k in [lowest, highest), neighbours that see the same together.</summary>
    private static void Ragged<TLanes, TElement>(float* c, nint cStride, float* a, nint rowStep, nint step, TElement* b, nint bStride, int rows, int* from, int* to, int lowest, int highest, int vectors, nint ahead)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        for (int r = 0, count; r < rows; r += count)
        {
            for (count = 1; r + count < rows && from[r + count] == from[r] && to[r + count] == to[r];) count++;
            Range<TLanes, TElement>(c + r * cStride, cStride, a + r * rowStep, rowStep, step, b, bStride, count, Math.Max(from[r], lowest), Math.Min(to[r], highest), vectors, ahead);
        }
    }

    private static void Range<TLanes, TElement>(float* c, nint cStride, float* a, nint rowStep, nint step, TElement* b, nint bStride, int rows, int from, int to, int vectors, nint ahead)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        if (to > from) Multiply<TLanes, TElement>(c, cStride, a + from * step, rowStep, step, b + from * bStride, bStride, rows, to - from, vectors, true, ahead);
    }

    private static void Columns<TLanes, TElement>(float* c, nint cStride, float* a, nint rowStep, nint step, TElement* b, nint bStride, int rows, int depth, bool wide, bool accumulate, nint ahead)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        for (int i = 0, count; i < rows; i += count, c += count * cStride, a += count * rowStep)
        {
            count = rows - i >= TileRows ? TileRows : rows - i >= 3 ? 3 : 1;
            switch (count, wide)
            {
                case (TileRows, true): Tile6x4<TLanes, TElement>(c, cStride, a, rowStep, step, b, bStride, depth, accumulate); break;
                case (3, true): Tile3x4<TLanes, TElement>(c, cStride, a, rowStep, step, b, bStride, depth, accumulate, ahead); break;
                case (1, true): Tile1x4<TLanes, TElement>(c, a, step, b, bStride, depth, accumulate, ahead); break;
                case (TileRows, false): Tile6x1<TLanes, TElement>(c, cStride, a, rowStep, step, b, bStride, depth, accumulate); break;
                case (3, false): Tile3x1<TLanes, TElement>(c, cStride, a, rowStep, step, b, bStride, depth, accumulate); break;
                default: Tile1x1<TLanes, TElement>(c, a, step, b, bStride, depth, accumulate); break;
            }
        }
    }
}
