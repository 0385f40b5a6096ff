using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>Attention over the paged cache; one part is a tile of rows of one sequence for one key/value head.</summary>
internal struct KvAttentionJob<TLanes, TElement> : IJob
    where TLanes : unmanaged, ILanes<TLanes>
    where TElement : unmanaged
{
    public required AttentionScratch Scratch;
    public required KvPlan Plan;
    public required PagedRows Rows;
    public required KvPages Pages;
    public required AttentionShape Shape;
    public required AttentionRows Q;
    public required AttentionRows Output;

    public readonly unsafe void Execute(int index)
    {
        (int first, int count) = Plan.Tiles[index / Shape.KvHeads];
        int kvHead = index % Shape.KvHeads, group = Shape.Heads / Shape.KvHeads, column = kvHead * group * Shape.HeadDim;
        var tile = new AttentionTile(Scratch.Rent(out int slot), Shape);
        try
        {
            tile.Gather<TLanes>(tile.Q, Q.At(first, column), Q.Stride, count);
            ReadOnlySpan<int> position = Rows.Position;
            for (int r = 0; r < count * group; r++) tile.Position[r] = position[first + r / group];
            var keys = new KvPageKeys<TElement>(Pages, Rows, Rows.Sequence[first], kvHead, position[first + count - 1] + 1);
            AttentionKernel.Forward<TLanes, TElement, KvPageKeys<TElement>>(tile, count * group, keys, Shape);
            tile.Scatter<TLanes>(Output.At(first, column), tile.Sum, Output.Stride, count);
        }
        finally
        {
            Scratch.Return(slot);
        }
    }
}
