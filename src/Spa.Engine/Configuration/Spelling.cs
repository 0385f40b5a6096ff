namespace Spa.Engine.Configuration;

/// <summary>Finds what a mistyped word was meant to be.</summary>
public static class Spelling
{
    /// <summary>
    /// The candidate with the fewest edits (Levenshtein), or null where even that needs more than a third of the word's letters (at least
    /// two): a far-off guess helps nobody.
    /// </summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        if (word.Length > 100) return null;
        int limit = Math.Max(2, word.Length / 3);
        return candidates.Select(candidate => (Candidate: candidate, Edits: Distance(word, candidate)))
            .Where(pair => pair.Edits <= limit)
            .OrderBy(pair => pair.Edits)
            .Select(pair => pair.Candidate)
            .FirstOrDefault();
    }

    /// <summary><c>, did you mean 'x'?</c>, or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> candidates) =>
        Nearest(word, candidates) is { } nearest ? $", did you mean '{nearest}'?" : "";

    /// <summary>Insertions, deletions and replacements from <paramref name="a"/> to <paramref name="b"/>.</summary>
    internal static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i + 1;
            for (int j = 0; j < b.Length; j++)
            {
                int replaced = diagonal + (a[i] == b[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, Math.Min(row[j], diagonal) + 1);
            }
        }

        return row[^1];
    }
}
