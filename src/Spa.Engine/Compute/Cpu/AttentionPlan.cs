namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// The work list of a batch: tiles of query rows (forward, dq), tiles of key rows with the segments that see them (dk, dv), and the rows
/// that no segment covers. Built once per batch and kept in <see cref="AttentionBatch.BackendState"/>; its arrays are reused.
/// </summary>
internal sealed class AttentionPlan
{
    /// <summary>Key rows of a tile.</summary>
    public const int KeyRows = KvCache.PageTokens;

    private QueryTile[] _queryTiles = new QueryTile[16];
    private KeyTile[] _keyTiles = new KeyTile[16];
    private int[] _viewers = new int[16];
    private int[] _bounds = new int[16];
    private int[] _ends = new int[16];
    private (int Start, int Count)[] _gaps = new (int, int)[4];
    private int _version = -1;
    private long _rows = -1;
    private int _tileQueries;
    private int _queryTileCount;
    private int _keyTileCount;
    private int _viewerCount;
    private int _gapCount;

    /// <summary>Queries [First, First + Count) of a segment.</summary>
    public readonly record struct QueryTile(int Segment, int First, int Count);

    /// <summary>Packed rows [Start, Start + Count) that the same segments see, or own: entries [FirstViewer, FirstViewer + ViewerCount) of <see cref="Viewers"/>.</summary>
    public readonly record struct KeyTile(int Start, int Count, int FirstViewer, int ViewerCount);

    public ReadOnlySpan<QueryTile> QueryTiles => _queryTiles.AsSpan(0, _queryTileCount);

    public ReadOnlySpan<KeyTile> KeyTiles => _keyTiles.AsSpan(0, _keyTileCount);

    /// <summary>Segments in batch order.</summary>
    public ReadOnlySpan<int> Viewers => _viewers.AsSpan(0, _viewerCount);

    /// <summary>Rows of no segment.</summary>
    public ReadOnlySpan<(int Start, int Count)> Gaps => _gaps.AsSpan(0, _gapCount);

    /// <summary>The plan of a batch of <paramref name="rows"/> packed rows, in tiles of at most <paramref name="tileQueries"/> queries.</summary>
    public static AttentionPlan Of(AttentionBatch batch, long rows, int tileQueries)
    {
        if (batch.BackendState is not AttentionPlan plan) batch.BackendState = plan = new AttentionPlan();
        if (plan._version != batch.Version || plan._rows != rows || plan._tileQueries != tileQueries)
        {
            plan._version = -1;
            plan.Build(batch.Segments, rows, tileQueries);
            (plan._version, plan._rows, plan._tileQueries) = (batch.Version, rows, tileQueries);
        }
        return plan;
    }

    /// <summary>Cuts the rows of a batch into tiles.</summary>
    public void Build(ReadOnlySpan<AttentionSegment> segments, long rows, int tileQueries)
    {
        _queryTileCount = _keyTileCount = _viewerCount = _gapCount = 0;
        for (int s = 0; s < segments.Length; s++)
        {
            if (segments[s].Start + (long)segments[s].Count > rows) throw new ArgumentException($"attention: {segments[s]} ends behind the {rows} rows of the batch");
            // The last tile of a segment has the most keys; the threads get the long ones first.
            for (int first = (segments[s].Count - 1) / tileQueries * tileQueries; first >= 0 && segments[s].Count > 0; first -= tileQueries)
                Append(ref _queryTiles, ref _queryTileCount, new QueryTile(s, first, Math.Min(tileQueries, segments[s].Count - first)));
        }
        FindGaps(segments, (int)rows);
        CutKeys(segments, (int)rows);
    }

    private static void Append<T>(ref T[] items, ref int count, T item)
    {
        if (count == items.Length) Array.Resize(ref items, 2 * count);
        items[count++] = item;
    }

    private static bool Sees(AttentionSegment segment, int row) =>
        (row >= segment.Start && row < segment.Start + segment.Count) || (segment.Count > 0 && row >= segment.PrefixStart && row < segment.PrefixStart + segment.PrefixCount);

    private void FindGaps(ReadOnlySpan<AttentionSegment> segments, int rows)
    {
        int count = 0, covered = 0;
        if (_bounds.Length < segments.Length) Array.Resize(ref _bounds, 2 * segments.Length);
        if (_ends.Length < segments.Length) Array.Resize(ref _ends, 2 * segments.Length);
        foreach (AttentionSegment segment in segments)
        {
            if (segment.Count == 0) continue;
            _bounds[count] = segment.Start;
            _ends[count++] = segment.Start + segment.Count;
        }
        Array.Sort(_bounds, _ends, 0, count);
        for (int i = 0; i < count; i++)
        {
            if (_bounds[i] < covered) throw new ArgumentException($"attention: two segments cover row {_bounds[i]}");
            if (_bounds[i] > covered) Append(ref _gaps, ref _gapCount, (covered, _bounds[i] - covered));
            covered = _ends[i];
        }
        if (covered < rows) Append(ref _gaps, ref _gapCount, (covered, rows - covered));
    }

    /// <summary>Cuts all rows where a segment or a prefix begins or ends, so that a tile is seen by the same segments as a whole.</summary>
    private void CutKeys(ReadOnlySpan<AttentionSegment> segments, int rows)
    {
        int count = 0;
        Append(ref _bounds, ref count, 0);
        Append(ref _bounds, ref count, rows);
        foreach (AttentionSegment segment in segments)
        {
            Append(ref _bounds, ref count, segment.Start);
            Append(ref _bounds, ref count, segment.Start + segment.Count);
            Append(ref _bounds, ref count, segment.PrefixStart);
            Append(ref _bounds, ref count, segment.PrefixStart + segment.PrefixCount);
        }
        Array.Sort(_bounds, 0, count);
        for (int i = 1; i < count; i++)
        {
            if (_bounds[i] == _bounds[i - 1]) continue;
            int first = _viewerCount;
            for (int s = 0; s < segments.Length; s++)
            {
                if (Sees(segments[s], _bounds[i - 1])) Append(ref _viewers, ref _viewerCount, s);
            }
            for (int start = _bounds[i - 1]; start < _bounds[i]; start += KeyRows)
                Append(ref _keyTiles, ref _keyTileCount, new KeyTile(start, Math.Min(KeyRows, _bounds[i] - start), first, _viewerCount - first));
        }
    }
}
