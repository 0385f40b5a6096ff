namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// Keys and values of one sequence of <paramref name="length"/> positions in the paged cache, read where they lie. While a block's keys are
/// read its values are fetched from memory, and meanwhile the next block's keys: a lone row computes too little to hide that time otherwise.
/// </summary>
internal readonly unsafe struct KvPageKeys<TElement>(KvPages pages, PagedRows rows, int sequence, int kvHead, int length) : IKeyBlocks<TElement> where TElement : unmanaged
{
    public AttentionBlock<TElement> Load(in AttentionTile tile, int block, int count)
    {
        int page = pages.Page(rows, sequence, block), width = tile.HeadDim;
        var keys = (TElement*)pages.Keys(page, kvHead);
        var values = (TElement*)pages.Values(page, kvHead);
        nint afterKeys = (nint)(values - keys);
        if (width != tile.Padded)
        {
            // Rows that are not whole vectors must not be read beyond their end: the last one may be the end of the cache.
            var padded = (TElement*)tile.V;
            for (int i = 0; i < count; i++) new ReadOnlySpan<TElement>(values + i * width, width).CopyTo(new Span<TElement>(padded + i * tile.Padded, width));
            return new(keys, padded, tile.Padded, afterKeys);
        }
        bool isLast = (block + 1) * AttentionTile.Keys >= length;
        return new(keys, values, width, afterKeys, isLast ? 0 : (nint)((TElement*)pages.Keys(pages.Page(rows, sequence, block + 1), kvHead) - values));
    }
}
