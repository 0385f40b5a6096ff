namespace Spa.Engine.Evaluation;

/// <summary>How different the texts of a set are from each other. A token is whatever the caller counts in.</summary>
public static class TextDiversity
{
    private const int LongestNGram = 4;

    /// <summary>Distinct n-grams over all n-grams of the texts (Li et al. 2016), in (0, 1]; NaN without any.</summary>
    /// <param name="texts">Tokens of each.</param>
    /// <param name="n">1 or more.</param>
    public static double Distinct(IReadOnlyList<int[]> texts, int n)
    {
        long all = 0;
        HashSet<NGram> distinct = [];
        foreach (int[] text in texts)
        {
            for (int i = 0; i + n <= text.Length; i++)
            {
                distinct.Add(new NGram(text, i, n));
                all++;
            }
        }

        return all == 0 ? double.NaN : (double)distinct.Count / all;
    }

    /// <summary>
    /// Self-BLEU (Zhu et al. 2018): mean over texts of BLEU-4 against all others; 1 where every text occurs twice, small where they share little. Precisions of
    /// 2-grams and longer have one added above and below (Lin and Och 2004), the brevity penalty looks at the other text of nearest length. NaN for fewer than
    /// two texts with tokens.
    /// </summary>
    public static double SelfBleu(IReadOnlyList<int[]> texts)
    {
        int[][] written = [.. texts.Where(t => t.Length > 0)];
        if (written.Length < 2) return double.NaN;
        double[] logs = new double[written.Length];
        for (int n = 1; n <= LongestNGram; n++) AddPrecisions(written, n, logs);
        int[] lengths = [.. written.Select(t => t.Length).Order()];
        double sum = 0;
        for (int i = 0; i < written.Length; i++)
        {
            double length = written[i].Length, nearest = NearestOther(lengths, written[i].Length);
            sum += Math.Exp(logs[i] / LongestNGram + Math.Min(0, 1 - nearest / length));
        }

        return sum / written.Length;
    }

    // Adds the log of each text's clipped precision. Of every n-gram the two highest counts are enough to know the highest among the others.
    private static void AddPrecisions(int[][] texts, int n, double[] logs)
    {
        Dictionary<NGram, int>[] counts = [.. texts.Select(text => Count(text, n))];
        Dictionary<NGram, (int Highest, int Owner, int Second)> highest = [];
        for (int i = 0; i < texts.Length; i++)
        {
            foreach ((NGram gram, int count) in counts[i])
            {
                (int first, int owner, int second) = highest.GetValueOrDefault(gram);
                highest[gram] = count > first ? (count, i, first) : (first, owner, Math.Max(second, count));
            }
        }

        for (int i = 0; i < texts.Length; i++)
        {
            double matches = n == 1 ? 0 : 1, all = Math.Max(0, texts[i].Length - n + 1) + matches;
            foreach ((NGram gram, int count) in counts[i])
            {
                (int first, int owner, int second) = highest[gram];
                matches += Math.Min(count, owner == i ? second : first);
            }

            logs[i] += Math.Log(matches / all);
        }
    }

    private static Dictionary<NGram, int> Count(int[] text, int n)
    {
        Dictionary<NGram, int> counts = [];
        for (int i = 0; i + n <= text.Length; i++)
        {
            NGram gram = new(text, i, n);
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }

        return counts;
    }

    private static int NearestOther(int[] sorted, int length)
    {
        int at = Array.BinarySearch(sorted, length);
        int below = at > 0 ? sorted[at - 1] : int.MinValue / 2, above = at + 1 < sorted.Length ? sorted[at + 1] : int.MaxValue / 2;
        return length - below <= above - length ? below : above;
    }

    /// <summary>Some tokens of a text, equal to others by their values.</summary>
    private readonly struct NGram(int[] text, int start, int count) : IEquatable<NGram>
    {
        private ReadOnlySpan<int> Tokens => text.AsSpan(start, count);

        public bool Equals(NGram other) => Tokens.SequenceEqual(other.Tokens);

        public override bool Equals(object? obj) => obj is NGram other && Equals(other);

        public override int GetHashCode()
        {
            HashCode hash = default;
            foreach (int token in Tokens) hash.Add(token);
            return hash.ToHashCode();
        }
    }
}
