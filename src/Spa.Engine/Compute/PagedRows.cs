namespace Spa.Engine.Compute;

/// <summary>
/// The rows of one generation step: which sequence each belongs to and at which position it stands. Rows of one sequence are consecutive
/// and ascending, so a step may mix prompts being read (many rows) and sequences being continued (one row). Host memory, reused.
/// </summary>
public sealed class PagedRows
{
    private int[] _sequence = new int[64];
    private int[] _position = new int[64];
    private int[][] _pages = new int[16][];

    /// <summary>Rows of this step.</summary>
    public int Count { get; private set; }

    /// <summary>Changes whenever the rows do.</summary>
    public int Version { get; private set; }

    public object? BackendState { get; set; }

    /// <summary>[Count]: index into the page tables.</summary>
    public ReadOnlySpan<int> Sequence => _sequence.AsSpan(0, Count);

    /// <summary>[Count]: position of the row in its sequence, from 0.</summary>
    public ReadOnlySpan<int> Position => _position.AsSpan(0, Count);

    /// <summary>The pages of a sequence in order: position p lies in entry p / PageTokens.</summary>
    public ReadOnlySpan<int> PagesOf(int sequence) => _pages[sequence];

    public void Clear()
    {
        Count = 0;
        Version++;
    }

    /// <summary>Names the page table of a sequence; the array is kept, not copied.</summary>
    public void SetPages(int sequence, int[] pages)
    {
        if (sequence >= _pages.Length) Array.Resize(ref _pages, Math.Max(sequence + 1, 2 * _pages.Length));
        _pages[sequence] = pages;
        Version++;
    }

    public void Add(int sequence, int position)
    {
        if (Count == _sequence.Length)
        {
            Array.Resize(ref _sequence, 2 * Count);
            Array.Resize(ref _position, 2 * Count);
        }
        _sequence[Count] = sequence;
        _position[Count++] = position;
        Version++;
    }
}
