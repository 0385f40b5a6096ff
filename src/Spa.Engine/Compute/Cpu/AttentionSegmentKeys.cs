using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>Keys and values of a segment, its prefix first, gathered from the rows of a packed batch.</summary>
internal readonly unsafe struct AttentionSegmentKeys<TLanes>(AttentionRows k, AttentionRows v, AttentionSegment segment, int column) : IKeyBlocks<float>
    where TLanes : unmanaged, ILanes<TLanes>
{
    public AttentionBlock<float> Load(in AttentionTile tile, int block, int count)
    {
        Columns(tile, k, tile.KColumns, block, count);
        Rows(tile, v, tile.V, block, count);
        return new(tile.KColumns, tile.V, tile.Padded);
    }

    /// <summary>For backward: keys both ways round, values transposed.</summary>
    public void LoadBackward(in AttentionTile tile, int block, int count)
    {
        Columns(tile, k, tile.KColumns, block, count);
        Columns(tile, v, tile.VColumns, block, count);
        Rows(tile, k, tile.K, block, count);
    }

    private void Rows(in AttentionTile tile, AttentionRows source, float* destination, int block, int count)
    {
        (int prefix, int row, int own) = Split(block, count);
        AttentionCopy.Rows<TLanes>(destination, tile.Padded, source.At(row, column), source.Stride, prefix, tile.HeadDim);
        AttentionCopy.Rows<TLanes>(destination + prefix * tile.Padded, tile.Padded, source.At(own, column), source.Stride, count - prefix, tile.HeadDim);
    }

    private void Columns(in AttentionTile tile, AttentionRows source, float* destination, int block, int count)
    {
        (int prefix, int row, int own) = Split(block, count);
        AttentionCopy.Columns(destination, source.At(row, column), source.Stride, prefix, tile.HeadDim);
        AttentionCopy.Columns(destination + prefix, source.At(own, column), source.Stride, count - prefix, tile.HeadDim);
        AttentionCopy.PadColumns(destination, count, tile.HeadDim);
    }

    /// <summary>How many keys of the block lie in the prefix, the packed row of the first of them, and that of the first key behind them.</summary>
    private (int Prefix, int Row, int Own) Split(int block, int count)
    {
        int start = block * AttentionTile.Keys;
        int prefix = Math.Clamp(segment.PrefixCount - start, 0, count);
        return (prefix, segment.PrefixStart + Math.Min(start, segment.PrefixCount), segment.Start + Math.Max(0, start - segment.PrefixCount));
    }
}
