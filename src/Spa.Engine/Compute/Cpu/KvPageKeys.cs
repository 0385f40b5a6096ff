using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>Keys and values of one sequence in the paged cache; float32 pages are read in place, bfloat16 pages widened first.</summary>
internal readonly unsafe struct KvPageKeys<TLanes>(KvPages pages, PagedRows rows, int sequence, int kvHead) : IKeyBlocks where TLanes : unmanaged, ILanes<TLanes>
{
    public void Load(in AttentionTile tile, int block, int count, out float* keys, out float* values, out int valueStride)
    {
        int page = pages.Page(rows, sequence, block);
        void* pageKeys = pages.Keys(page, kvHead), pageValues = pages.Values(page, kvHead);
        int width = tile.HeadDim, elements = width * AttentionTile.Keys;
        keys = (float*)pageKeys;
        values = (float*)pageValues;
        valueStride = width;
        if (pages.IsBf16)
        {
            AttentionCopy.Widen<TLanes>(tile.KColumns, (ushort*)pageKeys, elements);
            // Rows that are not whole vectors need room behind them: widened into K first, padded into V below.
            values = width == tile.Padded ? tile.V : tile.K;
            AttentionCopy.Widen<TLanes>(values, (ushort*)pageValues, (count * width + 15) / 16 * 16);
            keys = tile.KColumns;
        }
        if (width == tile.Padded) return;
        AttentionCopy.Rows(tile.V, tile.Padded, values, width, count, width);
        values = tile.V;
        valueStride = tile.Padded;
    }
}
