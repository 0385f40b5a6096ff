using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda;

/// <summary>
/// The work list of a generation step for the attention kernels, as they read it from device memory. Rows of one token are tiles of one warp, split at
/// chunks of keys; prompts that are being read are tiles of four. Built once per step and kept in <see cref="PagedRows.BackendState"/>; its arrays are reused.
/// </summary>
internal sealed class PagedWork
{
    private const int Header = 4;
    private const int ItemWords = 8;
    private const int SplitWords = 4;

    // Parts have room for a power of two, and never less than once: their places change seldom, which is what a recorded step needs.
    private int _smallRoom;
    private int _largeRoom;
    private int _splitRoom;
    private int _slotRoom;
    private int _rowRoom;

    private AttentionItem[] _small = new AttentionItem[16];
    private AttentionItem[] _large = new AttentionItem[16];
    private AttentionSplit[] _splits = new AttentionSplit[16];
    private long[] _smallOrder = new long[16];
    private long[] _largeOrder = new long[16];
    private int[] _pageStart = new int[16];
    private int[] _words = new int[64];
    private int _count;
    private int _tables;
    private int _pages;
    private int _version = -1;
    private AttentionTiling _tiling;
    private int _group;
    private int _window = -1;

    /// <summary>Changes whenever the words do.</summary>
    public int Stamp { get; private set; }

    /// <summary>Tiles of one warp.</summary>
    public int Small { get; private set; }

    /// <summary>Tiles of four warps.</summary>
    public int Large { get; private set; }

    /// <summary>Tokens whose keys are split.</summary>
    public int Splits { get; private set; }

    /// <summary>Partial results of all of them.</summary>
    public int Slots { get; private set; }

    /// <summary>The most keys that a row of a tile of four warps sees.</summary>
    public int Keys { get; private set; }

    /// <summary>What launches that read the words depend on. Grids cover the room of a part: a block that finds no work ends.</summary>
    public PagedShape Shape => new(_smallRoom, _largeRoom, _splitRoom, _slotRoom, _rowRoom, Small > 0, Large > 0, Splits > 0, Keys > AttentionTiling.ChunkKeys);

    /// <summary>Counts of small tiles, large tiles, splits and rows; the tiles and splits; positions and cache slots of the rows; the page table.</summary>
    public ReadOnlySpan<int> Words => _words.AsSpan(0, _count);

    /// <summary>Byte offsets into the words.</summary>
    public static int SmallOffset => Header * sizeof(int);

    public int LargeOffset => SmallOffset + _smallRoom * ItemWords * sizeof(int);

    public int SplitsOffset => LargeOffset + _largeRoom * ItemWords * sizeof(int);

    public int PositionsOffset => SplitsOffset + _splitRoom * SplitWords * sizeof(int);

    public int SlotsOffset => PositionsOffset + _rowRoom * sizeof(int);

    public int PagesOffset => SlotsOffset + _rowRoom * sizeof(int);

    /// <summary>The work of a step on a cache of <paramref name="pages"/> pages; <paramref name="group"/> 0: only what appending needs.</summary>
    public static PagedWork Of(PagedRows rows, int pages, int group, AttentionTiling tiling)
    {
        if (rows.BackendState is not PagedWork work) rows.BackendState = work = new PagedWork();
        // Appending needs no tiles: whatever tiling there is will do.
        bool isCurrent = work._version == rows.Version && work._pages == pages && (group == 0 || (work._group == group && work._tiling == tiling));
        if (!isCurrent)
        {
            if (group == 0 && work._group > 0) (group, tiling) = (work._group, work._tiling);
            work._version = -1;
            work.Build(rows, pages, Math.Max(1, group), tiling);
            (work._version, work._pages, work._group, work._tiling) = (rows.Version, pages, group, tiling);
        }

        return work;
    }

    /// <summary>Throws unless every page that a row needs, seen through a window, exists.</summary>
    public void CheckPages(PagedRows rows, int window)
    {
        // 0 is no window: the widest.
        _window = window == 0 || _window == 0 ? 0 : Math.Max(_window, window);
        Check(rows, window);
    }

    /// <summary>The same through the widest window of the checks before.</summary>
    public void CheckPages(PagedRows rows)
    {
        if (_window >= 0) Check(rows, _window);
    }

    private void Check(PagedRows rows, int window)
    {
        ReadOnlySpan<int> sequence = rows.Sequence, position = rows.Position;
        for (int first = 0, end; first < rows.Count; first = end)
        {
            for (end = first + 1; end < rows.Count && sequence[end] == sequence[first]; end++) { }
            int block = window > 0 ? Math.Max(0, position[first] - window + 1) / KvCache.PageTokens : 0;
            for (; block <= position[end - 1] / KvCache.PageTokens; block++) Page(rows, sequence[first], block);
        }
    }

    private static void Grow<T>(ref T[] items, int count)
    {
        if (count >= items.Length) Array.Resize(ref items, 2 * count);
    }

    private int Page(PagedRows rows, int sequence, int block)
    {
        ReadOnlySpan<int> table = rows.PagesOf(sequence);
        int page = (uint)block < (uint)table.Length ? table[block] : -1;
        if ((uint)page < (uint)_pages) return page;
        string found = block < table.Length ? $"page {page} of {_pages}" : $"{table.Length} entries";
        throw new ArgumentException($"key/value cache: sequence {sequence} needs page-table entry {block}, found {found}");
    }

    private void Build(PagedRows rows, int pages, int group, AttentionTiling tiling)
    {
        Small = Large = Splits = Slots = Keys = _tables = 0;
        _pages = pages;
        ReadOnlySpan<int> sequence = rows.Sequence, position = rows.Position;
        int run = 0;
        for (int first = 0, end; first < rows.Count; first = end, run++)
        {
            if (position[first] < 0) throw new ArgumentException($"paged rows: row {first} has position {position[first]}");
            for (end = first + 1; end < rows.Count && sequence[end] == sequence[first]; end++)
            {
                if (position[end] <= position[end - 1]) throw new ArgumentException($"paged rows: positions of sequence {sequence[end]} do not ascend at row {end}");
            }

            Grow(ref _pageStart, run);
            _pageStart[run] = _tables;
            int blocks = position[end - 1] / KvCache.PageTokens + 1;
            AddTiles(position, first, end - first, group, tiling);
            _tables += Math.Min(blocks, rows.PagesOf(sequence[first]).Length);
        }

        Array.Sort(_smallOrder, _small, 0, Small);
        Array.Sort(_largeOrder, _large, 0, Large);
        Write(rows);
        Stamp++;
    }

    private void AddTiles(ReadOnlySpan<int> position, int row, int tokens, int group, AttentionTiling tiling)
    {
        int packedRows = checked(tokens * group);
        if (packedRows <= AttentionTiling.WarpRows && !tiling.IsFloat)
        {
            int keys = position[row + tokens - 1] + 1, blocks = (keys + AttentionTiling.BlockKeys - 1) / AttentionTiling.BlockKeys;
            int chunks = (blocks + AttentionTiling.ChunkBlocks - 1) / AttentionTiling.ChunkBlocks;
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                int begin = chunk * AttentionTiling.ChunkBlocks, end = Math.Min(blocks, begin + AttentionTiling.ChunkBlocks);
                Grow(ref _small, Small);
                Grow(ref _smallOrder, Small);
                _smallOrder[Small] = ((long)(int.MaxValue - (end - begin)) << 32) | (uint)Small;
                _small[Small++] = new AttentionItem(row, 0, packedRows, keys, _tables, chunks > 1 ? Slots + chunk : -1, begin, end);
            }

            if (chunks == 1) return;
            Grow(ref _splits, Splits);
            _splits[Splits++] = new AttentionSplit(row, packedRows, Slots, chunks);
            Slots += chunks;
            return;
        }

        for (int first = 0; first < packedRows; first += tiling.PagedRows)
        {
            int count = Math.Min(tiling.PagedRows, packedRows - first), keys = position[row + (first + count - 1) / group] + 1;
            Grow(ref _large, Large);
            Grow(ref _largeOrder, Large);
            _largeOrder[Large] = ((long)(int.MaxValue - keys) << 32) | (uint)Large;
            _large[Large++] = new AttentionItem(row, first, count, keys, _tables, -1, 0, (keys + AttentionTiling.BlockKeys - 1) / AttentionTiling.BlockKeys);
            Keys = Math.Max(Keys, keys);
        }
    }

    private void Write(PagedRows rows)
    {
        (_smallRoom, _largeRoom) = (DeviceWords.Room(Small, _smallRoom), DeviceWords.Room(Large, _largeRoom));
        (_splitRoom, _slotRoom, _rowRoom) = (DeviceWords.Room(Splits, _splitRoom), DeviceWords.Room(Slots, _slotRoom), DeviceWords.Room(rows.Count, _rowRoom));
        _count = PagesOffset / sizeof(int) + _tables;
        if (_words.Length < _count) _words = new int[2 * _count];
        (_words[0], _words[1], _words[2], _words[3]) = (Small, Large, Splits, rows.Count);
        MemoryMarshal.Cast<AttentionItem, int>(_small.AsSpan(0, Small)).CopyTo(_words.AsSpan(SmallOffset / sizeof(int)));
        MemoryMarshal.Cast<AttentionItem, int>(_large.AsSpan(0, Large)).CopyTo(_words.AsSpan(LargeOffset / sizeof(int)));
        MemoryMarshal.Cast<AttentionSplit, int>(_splits.AsSpan(0, Splits)).CopyTo(_words.AsSpan(SplitsOffset / sizeof(int)));
        rows.Position.CopyTo(_words.AsSpan(PositionsOffset / sizeof(int)));
        ReadOnlySpan<int> sequence = rows.Sequence, position = rows.Position;
        int run = 0;
        for (int r = 0; r < rows.Count; r++)
        {
            if (r > 0 && sequence[r] != sequence[r - 1]) run++;
            _words[SlotsOffset / sizeof(int) + r] = checked(Page(rows, sequence[r], position[r] / KvCache.PageTokens) * KvCache.PageTokens) + position[r] % KvCache.PageTokens;
            if (r + 1 < rows.Count && sequence[r + 1] == sequence[r]) continue;
            int length = Math.Min(position[r] / KvCache.PageTokens + 1, rows.PagesOf(sequence[r]).Length);
            rows.PagesOf(sequence[r])[..length].CopyTo(_words.AsSpan(PagesOffset / sizeof(int) + _pageStart[run]));
        }
    }
}
