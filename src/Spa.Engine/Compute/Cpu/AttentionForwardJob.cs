using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>Forward attention; one part is a tile of queries for one key/value head and all query heads that read it.</summary>
internal unsafe struct AttentionForwardJob<TLanes> : IJob where TLanes : unmanaged, ILanes<TLanes>
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

    public readonly void Execute(int index)
    {
        AttentionPlan.QueryTile queries = Plan.QueryTiles[index / Shape.KvHeads];
        AttentionSegment segment = Batch.Segments[queries.Segment];
        int kvHead = index % Shape.KvHeads, group = Shape.Heads / Shape.KvHeads, column = kvHead * group * Shape.HeadDim, row = segment.Start + queries.First;
        var tile = new AttentionTile(Scratch.Rent(out int slot), Shape);
        try
        {
            tile.Gather<TLanes>(tile.Q, Q.At(row, column), Q.Stride, queries.Count);
            for (int r = 0; r < queries.Count * group; r++) tile.Position[r] = segment.PrefixCount + queries.First + r / group;
            AttentionKernel.Forward<TLanes, float, AttentionSegmentKeys<TLanes>>(tile, queries.Count * group, new AttentionSegmentKeys<TLanes>(K, V, segment, kvHead * Shape.HeadDim), Shape);
            tile.Scatter<TLanes>(Output.At(row, column), tile.Sum, Output.Stride, queries.Count);
            for (int r = 0; r < queries.Count * group; r++) *Lse.At(row + r / group, kvHead * group + r % group) = tile.Lse[r];
        }
        finally
        {
            Scratch.Return(slot);
        }
    }
}
