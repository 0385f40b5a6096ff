namespace Spa.Engine.Text.Tokenization;

/// <summary>The symbols of one word while its pairs are merged, lowest rank first and leftmost among equals. Reused from word to word.</summary>
internal sealed class BpeWord
{
    /// <summary>Up to this many symbols, looking through all pairs at each merge is faster than a heap.</summary>
    private const int ScanLimit = 40;

    private const int Gone = -1;

    private readonly MergeHeap _heap = new();
    private int[] _ids = new int[64];
    private int[] _ranks = new int[64];
    private int[] _previous = [];
    private int[] _next = [];
    private int _count;

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, _count);

    /// <summary>Symbols that fit without growing.</summary>
    public int Capacity => _ids.Length;

    public void Clear() => _count = 0;

    public void Add(int id)
    {
        if (_count == _ids.Length) Array.Resize(ref _ids, 2 * _count);
        _ids[_count++] = id;
    }

    /// <summary>Merges until no pair joins any more. O(n log n) for long words, whatever they hold.</summary>
    public void Merge(MergeTable merges)
    {
        if (_count < 2) return;
        if (_count <= ScanLimit) MergeByScan(merges);
        else MergeByHeap(merges);
    }

    private void MergeByScan(MergeTable merges)
    {
        for (int i = 0; i + 1 < _count; i++) _ranks[i] = merges.RankOf(_ids[i], _ids[i + 1], out _);
        while (_count > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < _count; i++)
                if (_ranks[i] < _ranks[best]) best = i;
            if (_ranks[best] == int.MaxValue) return;
            merges.RankOf(_ids[best], _ids[best + 1], out _ids[best]);
            _ids.AsSpan(best + 2, _count - best - 2).CopyTo(_ids.AsSpan(best + 1));
            _count--;
            _ranks.AsSpan(best + 1, _count - best - 1).CopyTo(_ranks.AsSpan(best));
            if (best > 0) _ranks[best - 1] = merges.RankOf(_ids[best - 1], _ids[best], out _);
            if (best + 1 < _count) _ranks[best] = merges.RankOf(_ids[best], _ids[best + 1], out _);
        }
    }

    private void MergeByHeap(MergeTable merges)
    {
        Link();
        for (int i = 0; i + 1 < _count; i++) Offer(merges, i);
        while (_heap.Count > 0)
        {
            (int rank, int left) = _heap.Pop();
            if (_ids[left] == Gone || _next[left] < 0) continue;
            int right = _next[left];
            // Ranks are unique to a pair, so an equal rank means that the pair is still the one that was offered.
            if (merges.RankOf(_ids[left], _ids[right], out int id) != rank) continue;
            _ids[left] = id;
            _ids[right] = Gone;
            _next[left] = _next[right];
            if (_next[left] >= 0)
            {
                _previous[_next[left]] = left;
                Offer(merges, left);
            }
            if (_previous[left] >= 0) Offer(merges, _previous[left]);
        }
        Compact();
    }

    private void Link()
    {
        if (_next.Length < _count)
        {
            _next = new int[_ids.Length];
            _previous = new int[_ids.Length];
        }
        for (int i = 0; i < _count; i++) (_previous[i], _next[i]) = (i - 1, i + 1);
        _next[_count - 1] = -1;
        _heap.Clear();
    }

    private void Offer(MergeTable merges, int left)
    {
        int rank = merges.RankOf(_ids[left], _ids[_next[left]], out _);
        if (rank != int.MaxValue) _heap.Push(rank, left);
    }

    private void Compact()
    {
        int kept = 0;
        for (int i = 0; i < _count; i++)
            if (_ids[i] != Gone) _ids[kept++] = _ids[i];
        _count = kept;
    }
}
