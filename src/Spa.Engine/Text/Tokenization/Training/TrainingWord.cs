namespace Spa.Engine.Text.Tokenization;

/// <summary>A distinct word of the corpus as symbols, and how often it occurs.</summary>
internal sealed class TrainingWord(int[] symbols, long count)
{
    private int _length = symbols.Length;

    public ReadOnlySpan<int> Symbols => symbols.AsSpan(0, _length);

    public long Count => count;

    /// <summary>
    /// Joins every occurrence of a pair, left to right, and lists the pairs of neighbours that came (+1) and went (-1). The joined pair
    /// itself is not listed as gone, as in the reference; its count is not asked for again.
    /// </summary>
    public void Merge((int Left, int Right) pair, int joined, List<((int Left, int Right) Pair, int Change)> changes)
    {
        for (int i = 0; i + 1 < _length; i++)
        {
            if (symbols[i] != pair.Left || symbols[i + 1] != pair.Right) continue;
            if (i > 0)
            {
                changes.Add(((symbols[i - 1], pair.Left), -1));
                changes.Add(((symbols[i - 1], joined), 1));
            }
            symbols[i] = joined;
            symbols.AsSpan(i + 2, _length - i - 2).CopyTo(symbols.AsSpan(i + 1));
            _length--;
            if (i + 1 < _length)
            {
                changes.Add(((pair.Right, symbols[i + 1]), -1));
                changes.Add(((joined, symbols[i + 1]), 1));
            }
        }
    }
}
