using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// The gradient of the queries, dq = ds k, by the same parts as forward. Also writes delta = dout . output for <see cref="AttentionKeyGradientJob{TLanes}"/>.
/// </summary>
internal unsafe struct AttentionQueryGradientJob<TLanes> : IJob where TLanes : unmanaged, ILanes<TLanes>
{
    public required AttentionScratch Scratch;
    public required AttentionPlan Plan;
    public required AttentionBatch Batch;
    public required AttentionShape Shape;
    public required AttentionRows Q;
    public required AttentionRows K;
    public required AttentionRows V;
    public required AttentionRows Output;
    public required AttentionRows Lse;
    public required AttentionRows Dout;
    public required AttentionRows Dq;

    /// <summary>[T, H].</summary>
    public required float* Delta;

    public readonly void Execute(int index)
    {
        AttentionPlan.QueryTile queries = Plan.QueryTiles[index / Shape.KvHeads];
        AttentionSegment segment = Batch.Segments[queries.Segment];
        int kvHead = index % Shape.KvHeads, group = Shape.Heads / Shape.KvHeads, column = kvHead * group * Shape.HeadDim, row = segment.Start + queries.First;
        var tile = new AttentionTile(Scratch.Rent(out int slot), Shape);
        try
        {
            tile.Gather<TLanes>(tile.Q, Q.At(row, column), Q.Stride, queries.Count);
            tile.Gather<TLanes>(tile.Dout, Dout.At(row, column), Dout.Stride, queries.Count);
            for (int r = 0; r < queries.Count * group; r++)
            {
                int head = kvHead * group + r % group;
                tile.Position[r] = segment.PrefixCount + queries.First + r / group;
                tile.Lse[r] = *Lse.At(row + r / group, head);
                tile.Delta[r] = AttentionKernel.Dot<TLanes>(tile.Dout + r * tile.Padded, Output.At(row + r / group, head * Shape.HeadDim), Shape.HeadDim);
                Delta[(nint)(row + r / group) * Shape.Heads + head] = tile.Delta[r];
            }
            Gradient(tile, queries.Count * group, new AttentionSegmentKeys<TLanes>(K, V, segment, kvHead * Shape.HeadDim));
            tile.Scatter<TLanes>(Dq.At(row, column), tile.Sum, Dq.Stride, queries.Count);
        }
        finally
        {
            Scratch.Return(slot);
        }
    }

    private readonly void Gradient(in AttentionTile tile, int rows, AttentionSegmentKeys<TLanes> source)
    {
        new Span<float>(tile.Sum, rows * tile.Padded).Clear();
        int end = tile.Position[rows - 1] + 1;
        for (int block = AttentionKernel.FirstBlock(tile, Shape.Window); block * AttentionTile.Keys < end; block++)
        {
            int count = Math.Min(AttentionTile.Keys, end - block * AttentionTile.Keys);
            source.LoadBackward(tile, block, count);
            (int first, int last) = tile.Bound(rows, block * AttentionTile.Keys, count, Shape.Window);
            AttentionKernel.Products<TLanes, float>(tile.Scores, tile.Q, tile.KColumns, tile, first, last);
            AttentionKernel.Products<TLanes, float>(tile.Dscores, tile.Dout, tile.VColumns, tile, first, last);
            AttentionKernel.Gradients<TLanes>(tile, first, last, Shape.Scale, Shape.SoftCap);
            var weighted = new AttentionFactors<float>
            {
                C = tile.Sum,
                CStride = tile.Padded,
                A = tile.Dscores,
                RowStep = AttentionTile.Keys,
                Step = 1,
                B = tile.K,
                BStride = tile.Padded,
            };
            AttentionProduct.MultiplyRanges<TLanes, float>(weighted.FromRow(first), last - first, tile.From + first, tile.To + first, tile.Vectors);
        }
    }
}
