namespace Spa.Engine.Compute.Cpu;

/// <summary>Addresses inside a <see cref="KvCache"/>: keys [layer][page][Hkv][D][64], values [layer][page][Hkv][64][D].</summary>
internal readonly unsafe struct KvPages(KvCache cache, int layer)
{
    private readonly nint _keys = cache.Keys.Address;
    private readonly nint _values = cache.Values.Address;
    private readonly int _pages = cache.Pages;
    private readonly int _pageElements = cache.PageElements;
    private readonly int _headElements = cache.HeadDim * KvCache.PageTokens;

    public bool IsBf16 { get; } = cache.Type == DType.BFloat16;

    /// <summary>One head's keys on a page, [D, 64].</summary>
    public void* Keys(int page, int kvHead) => (void*)(_keys + Offset(page, kvHead));

    /// <summary>One head's values on a page, [64, D].</summary>
    public void* Values(int page, int kvHead) => (void*)(_values + Offset(page, kvHead));

    /// <summary>The page that holds a block of 64 positions of a sequence.</summary>
    public int Page(PagedRows rows, int sequence, int block)
    {
        ReadOnlySpan<int> table = rows.PagesOf(sequence);
        int page = (uint)block < (uint)table.Length ? table[block] : -1;
        if ((uint)page >= (uint)_pages) ThrowPage(sequence, block, page, table.Length);
        return page;
    }

    private void ThrowPage(int sequence, int block, int page, int length) => throw new ArgumentException(
        $"key/value cache: sequence {sequence} needs page-table entry {block}, found {(block < length ? $"page {page} of {_pages}" : $"{length} entries")}");

    private nint Offset(int page, int kvHead) => (((nint)layer * _pages + page) * _pageElements + (nint)kvHead * _headElements) * (IsBf16 ? sizeof(ushort) : sizeof(float));
}
