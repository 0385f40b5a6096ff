namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// SentencePiece's way to say which neighbours join first, and tokenizer.json's. SentencePiece joins any two neighbours that make a token, that of the best score
/// first; tokenizer.json lists every pair in order. Both say the same where the list holds every pair that makes a token, those of one token side by side. Among
/// tokens of one score, such as Gemma's runs of spaces, the pair that stands leftmost joins; pairs by the length of their left part, longest first, do that for runs.
/// </summary>
internal static class SentencePieceScores
{
    // Every cut of every token is looked up; real tokens have up to 64 characters.
    private const int MaxLength = 256;

    /// <summary>
    /// All pairs that make a token, best score first; those of one token by the ids of their parts, those of several tokens of one score by the lengths of their parts,
    /// as Hugging Face's converter lists them.
    /// </summary>
    /// <param name="vocabulary">All tokens.</param>
    /// <param name="scores">One per id.</param>
    /// <param name="joins">Whether a token may be made by joining: ordinary ones, not control or byte tokens.</param>
    public static List<(int Left, int Right)> ToMerges(Vocabulary vocabulary, float[] scores, Func<int, bool> joins)
    {
        List<(int Left, int Right)> merges = [];
        foreach (IGrouping<float, int> equal in Enumerable.Range(0, vocabulary.Size).Where(joins).GroupBy(id => scores[id]).OrderByDescending(group => group.Key))
            merges.AddRange(SplitsOf(vocabulary, [.. equal]));
        return merges;
    }

    /// <summary>Scores that give the order of these merges, or null if none do.</summary>
    /// <param name="vocabulary">All tokens.</param>
    /// <param name="merges">Pairs of ids, first learned first.</param>
    /// <param name="joins">As for <see cref="ToMerges"/>.</param>
    public static float[]? FromMerges(Vocabulary vocabulary, IReadOnlyList<(int Left, int Right)> merges, Func<int, bool> joins)
    {
        Dictionary<(int, int), int> ranks = [];
        foreach ((int Left, int Right) merge in merges) ranks.TryAdd(merge, ranks.Count);
        List<(int Id, int First, int Last)> made = [];
        int pairs = 0;
        for (int id = 0; id < vocabulary.Size; id++)
        {
            if (vocabulary.TokenOf(id) is null || !joins(id)) continue;
            int first = int.MaxValue, last = -1;
            foreach ((int Left, int Right) split in Splits(vocabulary, id))
            {
                if (!ranks.TryGetValue(split, out int rank)) return null;
                (first, last) = (Math.Min(first, rank), Math.Max(last, rank));
                pairs++;
            }
            if (last >= 0) made.Add((id, first, last));
        }
        // Every listed pair makes a token that may be made.
        if (pairs != ranks.Count) return null;
        made.Sort((a, b) => a.First.CompareTo(b.First));

        // SentencePiece's own scores: 0, -1, -2, ... in the order of joining; what is never made stands behind.
        var scores = new float[vocabulary.Size];
        int next = 0;
        for (int from = 0, to; from < made.Count; from = to)
        {
            // Tokens whose pairs stand among another's have one score.
            int last = made[from].Last;
            for (to = from + 1; to < made.Count && made[to].First < last; to++) last = Math.Max(last, made[to].Last);
            int[] ids = [.. made[from..to].Select(entry => entry.Id).Order()];
            if (ids.Length > 1 && SplitsOf(vocabulary, ids).Where((split, i) => ranks[split] != made[from].First + i).Any()) return null;
            foreach (int id in ids) scores[id] = -next;
            next++;
        }
        HashSet<int> seen = [.. made.Select(entry => entry.Id)];
        for (int id = 0; id < scores.Length; id++)
            if (!seen.Contains(id) && vocabulary.TokenOf(id) is not null && joins(id)) scores[id] = -next++;
        return scores;
    }

    private static IEnumerable<(int Left, int Right)> SplitsOf(Vocabulary vocabulary, int[] ids)
    {
        IEnumerable<(int Left, int Right)> splits = ids.SelectMany(id => Splits(vocabulary, id));
        return ids.Length == 1 ? splits : splits.OrderByDescending(split => Length(split.Left)).ThenByDescending(split => Length(split.Right));

        int Length(int id) => vocabulary.TokenOf(id)!.EnumerateRunes().Count();
    }

    private static IEnumerable<(int Left, int Right)> Splits(Vocabulary vocabulary, int id)
    {
        string token = vocabulary.TokenOf(id)!;
        if (token.Length > MaxLength) throw new FormatException($"token {id} has {token.Length} characters; at most {MaxLength} are expected of a token that is made by joining");
        List<(int Left, int Right)> splits = [];
        for (int at = 1; at < token.Length; at++)
        {
            int left = vocabulary.IdOf(token.AsSpan(0, at)), right = vocabulary.IdOf(token.AsSpan(at));
            if (left >= 0 && right >= 0) splits.Add((left, right));
        }
        splits.Sort();
        return splits;
    }
}
