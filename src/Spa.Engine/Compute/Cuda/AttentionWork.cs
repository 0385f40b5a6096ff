using System.Runtime.InteropServices;
using Spa.Engine.Compute.Cpu;

namespace Spa.Engine.Compute.Cuda;

/// <summary>
/// The work list of a batch for the attention kernels, as they read it from device memory: tiles of packed query rows, longest first, rows of no segment
/// among them; tiles of keys with the segments that see them. Built once per batch and kept in <see cref="AttentionBatch.BackendState"/>; its arrays are reused.
/// </summary>
internal sealed class AttentionWork
{
    // Everything begins at a multiple of 16 bytes.
    private const int Header = 4;
    private const int ItemWords = 8;
    private const int TileWords = 4;

    // Parts have room for a power of two, and never less than once: their places change seldom.
    private int _itemRoom;
    private int _tileRoom;
    private int _segmentRoom;

    private readonly AttentionPlan _cut = new();
    private AttentionItem[] _items = new AttentionItem[16];
    private long[] _order = new long[16];
    private int[] _words = new int[64];
    private int _count;
    private int _version = -1;
    private long _rows = -1;
    private int _group;
    private int _tileRows;

    /// <summary>Changes whenever the words do.</summary>
    public int Stamp { get; private set; }

    /// <summary>Tiles of query rows.</summary>
    public int Items { get; private set; }

    /// <summary>Tiles of key rows.</summary>
    public int Tiles { get; private set; }

    /// <summary>The most keys that a row sees.</summary>
    public int Keys { get; private set; }

    /// <summary>Counts of items and key tiles, then items, key tiles, segments, viewers.</summary>
    public ReadOnlySpan<int> Words => _words.AsSpan(0, _count);

    /// <summary>Byte offsets into the words.</summary>
    public static int ItemsOffset => Header * sizeof(int);

    public int TilesOffset => ItemsOffset + _itemRoom * ItemWords * sizeof(int);

    public int SegmentsOffset => TilesOffset + _tileRoom * TileWords * sizeof(int);

    public int ViewersOffset => SegmentsOffset + _segmentRoom * TileWords * sizeof(int);

    /// <summary>The work of a batch of <paramref name="rows"/> token rows in tiles of <paramref name="tileRows"/> packed rows, <paramref name="group"/> of them a token.</summary>
    public static AttentionWork Of(AttentionBatch batch, long rows, int group, int tileRows)
    {
        if (batch.BackendState is not AttentionWork work) batch.BackendState = work = new AttentionWork();
        if (work._version != batch.Version || work._rows != rows || work._group != group || work._tileRows != tileRows)
        {
            work._version = -1;
            work.Build(batch.Segments, rows, group, tileRows);
            (work._version, work._rows, work._group, work._tileRows) = (batch.Version, rows, group, tileRows);
        }

        return work;
    }

    private void Build(ReadOnlySpan<AttentionSegment> segments, long rows, int group, int tileRows)
    {
        _cut.Build(segments, rows, int.MaxValue);
        Items = Keys = 0;
        foreach (AttentionSegment segment in segments) AddTiles(segment, (long)segment.Count * group, group, tileRows, true);
        foreach ((int start, int count) in _cut.Gaps) AddTiles(new AttentionSegment(start, count), (long)count * group, group, tileRows, false);
        Array.Sort(_order, _items, 0, Items);

        Tiles = _cut.KeyTiles.Length;
        (_itemRoom, _tileRoom, _segmentRoom) = (DeviceWords.Room(Items, _itemRoom), DeviceWords.Room(Tiles, _tileRoom), DeviceWords.Room(segments.Length, _segmentRoom));
        _count = ViewersOffset / sizeof(int) + _cut.Viewers.Length;
        if (_words.Length < _count) _words = new int[2 * _count];
        _words[0] = Items;
        _words[1] = Tiles;
        MemoryMarshal.Cast<AttentionItem, int>(_items.AsSpan(0, Items)).CopyTo(_words.AsSpan(ItemsOffset / sizeof(int)));
        MemoryMarshal.Cast<AttentionPlan.KeyTile, int>(_cut.KeyTiles).CopyTo(_words.AsSpan(TilesOffset / sizeof(int)));
        MemoryMarshal.Cast<AttentionSegment, int>(segments).CopyTo(_words.AsSpan(SegmentsOffset / sizeof(int)));
        _cut.Viewers.CopyTo(_words.AsSpan(ViewersOffset / sizeof(int)));
        Stamp++;
    }

    private void AddTiles(AttentionSegment segment, long packedRows, int group, int tileRows, bool sees)
    {
        if (packedRows > int.MaxValue) throw new ArgumentException($"attention: {segment} has {packedRows} rows of heads; at most {int.MaxValue} fit");
        for (int first = 0; first < packedRows; first += tileRows)
        {
            int count = (int)Math.Min(tileRows, packedRows - first), keys = sees ? segment.PrefixCount + (first + count - 1) / group + 1 : 0;
            if (Items == _items.Length)
            {
                Array.Resize(ref _items, 2 * Items);
                Array.Resize(ref _order, 2 * Items);
            }

            // Most keys first; among equals, in the order of the batch.
            _order[Items] = ((long)(int.MaxValue - keys) << 32) | (uint)Items;
            _items[Items++] = new AttentionItem(segment.Start, first, count, keys, segment.PrefixStart, segment.PrefixCount, 0, (keys + AttentionTiling.BlockKeys - 1) / AttentionTiling.BlockKeys);
            Keys = Math.Max(Keys, keys);
        }
    }
}
