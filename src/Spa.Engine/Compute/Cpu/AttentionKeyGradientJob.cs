using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// The gradients of keys and values, dk = ds^T q and dv = p^T dout; one part is a tile of key rows of one key/value head. An element is one chain
/// of fused multiply-adds over the segments that see the row in order, their queries ascending, for each query the heads of the group.
/// </summary>
internal unsafe struct AttentionKeyGradientJob<TLanes> : IJob where TLanes : unmanaged, ILanes<TLanes>
{
    private const int Keys = AttentionTile.Keys;

    public required AttentionScratch Scratch;
    public required AttentionPlan Plan;
    public required AttentionBatch Batch;
    public required AttentionShape Shape;
    public required AttentionRows Q;
    public required AttentionRows K;
    public required AttentionRows V;
    public required AttentionRows Lse;
    public required AttentionRows Dout;
    public required AttentionRows Dk;
    public required AttentionRows Dv;

    /// <summary>[T, H].</summary>
    public required float* Delta;

    public readonly void Execute(int index)
    {
        AttentionPlan.KeyTile keys = Plan.KeyTiles[index / Shape.KvHeads];
        int kvHead = index % Shape.KvHeads, column = kvHead * Shape.HeadDim;
        var tile = new AttentionTile(Scratch.Rent(out int slot), Shape);
        try
        {
            AttentionCopy.Columns(tile.KColumns, K.At(keys.Start, column), K.Stride, keys.Count, Shape.HeadDim);
            AttentionCopy.Columns(tile.VColumns, V.At(keys.Start, column), V.Stride, keys.Count, Shape.HeadDim);
            AttentionCopy.PadColumns(tile.KColumns, keys.Count, Shape.HeadDim);
            AttentionCopy.PadColumns(tile.VColumns, keys.Count, Shape.HeadDim);
            new Span<float>(tile.Dk, keys.Count * tile.Padded).Clear();
            new Span<float>(tile.Dv, keys.Count * tile.Padded).Clear();
            foreach (int viewer in Plan.Viewers.Slice(keys.FirstViewer, keys.ViewerCount)) Collect(tile, keys, Batch.Segments[viewer], kvHead);
            for (int i = 0; i < keys.Count; i++)
            {
                AttentionCopy.Row<TLanes>(Dk.At(keys.Start + i, column), tile.Dk + i * tile.Padded, Shape.HeadDim, Shape.HeadDim);
                AttentionCopy.Row<TLanes>(Dv.At(keys.Start + i, column), tile.Dv + i * tile.Padded, Shape.HeadDim, Shape.HeadDim);
            }
        }
        finally
        {
            Scratch.Return(slot);
        }
    }

    /// <summary>Adds what the queries of one segment contribute.</summary>
    private readonly void Collect(in AttentionTile tile, AttentionPlan.KeyTile keys, AttentionSegment segment, int kvHead)
    {
        // Logical position of the tile's first key as this segment counts.
        int start = keys.Start >= segment.Start ? segment.PrefixCount + keys.Start - segment.Start : keys.Start - segment.PrefixStart;
        int first = Math.Max(0, start - segment.PrefixCount), end = segment.Count, group = Shape.Heads / Shape.KvHeads, most = AttentionTile.QueriesOf(Shape);
        if (Shape.Window > 0) end = (int)Math.Min(end, (long)start + keys.Count - 1 + Shape.Window - segment.PrefixCount);
        for (int query = first; query < end; query += most)
        {
            int queries = Math.Min(most, end - query), rows = queries * group;
            GatherQueries(tile, segment, query, queries, kvHead);
            (int firstRow, int lastRow) = tile.Bound(rows, start, keys.Count, Shape.Window);
            AttentionKernel.Products<TLanes, float>(tile.Scores, tile.Q, tile.KColumns, tile, firstRow, lastRow);
            AttentionKernel.Products<TLanes, float>(tile.Dscores, tile.Dout, tile.VColumns, tile, firstRow, lastRow);
            AttentionKernel.Gradients<TLanes>(tile, firstRow, lastRow, Shape.Scale, Shape.SoftCap);
            for (int j = 0; j < keys.Count; j++)
            {
                // Queries that see key j: from its own position on, as far as the window reaches.
                int offset = start + j - tile.Position[0];
                tile.FirstRow[j] = Math.Clamp(offset, 0, queries) * group;
                tile.EndRow[j] = Shape.Window > 0 ? (int)Math.Clamp((long)offset + Shape.Window, 0, queries) * group : rows;
            }
            Transposed(tile.Dv, tile.Scores, tile.Dout, tile, keys.Count);
            Transposed(tile.Dk, tile.Dscores, tile.Q, tile, keys.Count);
        }
    }

    /// <summary>sum[64, P] += weights[M, 64]^T rows[M, P].</summary>
    private static void Transposed(float* sum, float* weights, float* rows, in AttentionTile tile, int keys)
    {
        var factors = new AttentionFactors<float>
        {
            C = sum,
            CStride = tile.Padded,
            A = weights,
            RowStep = 1,
            Step = Keys,
            B = rows,
            BStride = tile.Padded,
        };
        AttentionProduct.MultiplyRanges<TLanes, float>(factors, keys, tile.FirstRow, tile.EndRow, tile.Vectors);
    }

    private readonly void GatherQueries(in AttentionTile tile, AttentionSegment segment, int first, int count, int kvHead)
    {
        int group = Shape.Heads / Shape.KvHeads, row = segment.Start + first, column = kvHead * group * Shape.HeadDim;
        tile.Gather<TLanes>(tile.Q, Q.At(row, column), Q.Stride, count);
        tile.Gather<TLanes>(tile.Dout, Dout.At(row, column), Dout.Stride, count);
        for (int r = 0; r < count * group; r++)
        {
            int head = kvHead * group + r % group;
            tile.Position[r] = segment.PrefixCount + first + r / group;
            tile.Lse[r] = *Lse.At(row + r / group, head);
            tile.Delta[r] = Delta[(nint)(row + r / group) * Shape.Heads + head];
        }
    }
}
