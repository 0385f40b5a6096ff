namespace Spa.Engine.Text.Tokenization;

/// <summary>A binary heap of candidate merges, the lowest (rank, position) first, both in one integer.</summary>
internal sealed class MergeHeap
{
    private ulong[] _items = new ulong[256];

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    public void Push(int rank, int position)
    {
        if (Count == _items.Length) Array.Resize(ref _items, 2 * Count);
        ulong item = (ulong)(uint)rank << 32 | (uint)position;
        int at = Count++;
        while (at > 0 && item < _items[at - 1 >> 1])
        {
            _items[at] = _items[at - 1 >> 1];
            at = at - 1 >> 1;
        }
        _items[at] = item;
    }

    /// <summary>Takes the first candidate; the heap must not be empty.</summary>
    public (int Rank, int Position) Pop()
    {
        ulong top = _items[0];
        ulong item = _items[--Count];
        int at = 0;
        while (2 * at + 1 < Count)
        {
            int child = 2 * at + 1;
            if (child + 1 < Count && _items[child + 1] < _items[child]) child++;
            if (item <= _items[child]) break;
            _items[at] = _items[child];
            at = child;
        }
        _items[at] = item;
        return ((int)(top >> 32), (int)(uint)top);
    }
}
