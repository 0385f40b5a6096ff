using System.Runtime.InteropServices;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// The state of BPE training: the words, how often each pair of neighbours occurs, and a queue of candidates. An entry of the queue may be
/// out of date; it is checked against the counts when it comes up, and put back with the true count.
/// </summary>
internal sealed class PairMerger
{
    private readonly Vocabulary _vocabulary;
    private readonly List<TrainingWord> _words = [];
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly PriorityQueue<Candidate, Candidate> _queue = new();
    private readonly List<((int Left, int Right) Pair, int Change)> _changes = [];

    /// <param name="vocabulary">Holds all symbols of the words; gains a token per merge.</param>
    /// <param name="counts">Distinct words in plain text and how often each occurs.</param>
    public PairMerger(Vocabulary vocabulary, Dictionary<string, long> counts)
    {
        _vocabulary = vocabulary;
        Dictionary<(int, int), List<int>> places = [];
        foreach ((string text, long count) in counts)
        {
            TrainingWord word = new([.. ByteAlphabet.Map(text).Select(c => vocabulary.IdOf([c]))], count);
            for (int i = 0; i + 1 < word.Symbols.Length; i++) Change(places, (word.Symbols[i], word.Symbols[i + 1]), 1, count, _words.Count);
            _words.Add(word);
        }
        Enqueue(places);
    }

    /// <summary>Merges the most frequent pair everywhere and returns its ids, or null if no pair is frequent enough.</summary>
    public (int Left, int Right)? MergeBest(long minimumFrequency)
    {
        while (_queue.TryDequeue(out Candidate? best, out _))
        {
            long count = _counts[best.Pair];
            if (count != best.Count)
            {
                Candidate current = best with { Count = count };
                _queue.Enqueue(current, current);
                continue;
            }
            if (count < Math.Max(1, minimumFrequency)) return null;
            Merge(best);
            return best.Pair;
        }
        return null;
    }

    private void Merge(Candidate best)
    {
        string token = _vocabulary.TokenOf(best.Pair.Left) + _vocabulary.TokenOf(best.Pair.Right);
        int id = _vocabulary.IdOf(token) ?? _vocabulary.Size;
        if (id == _vocabulary.Size) _vocabulary.Add(token, id);
        Dictionary<(int, int), List<int>> places = [];
        foreach (int index in best.Words)
        {
            _changes.Clear();
            _words[index].Merge(best.Pair, id, _changes);
            foreach (((int Left, int Right) pair, int change) in _changes) Change(places, pair, change, _words[index].Count, index);
        }
        Enqueue(places);
    }

    private void Change(Dictionary<(int, int), List<int>> places, (int Left, int Right) pair, int change, long count, int index)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) += change * count;
        if (change < 0) return;
        List<int> words = CollectionsMarshal.GetValueRefOrAddDefault(places, pair, out _) ??= [];
        if (words.Count == 0 || words[^1] != index) words.Add(index);
    }

    private void Enqueue(Dictionary<(int, int), List<int>> places)
    {
        foreach (((int, int) pair, List<int> words) in places)
        {
            Candidate candidate = new(pair, _counts[pair], words);
            if (candidate.Count > 0) _queue.Enqueue(candidate, candidate);
        }
    }

    /// <summary>A pair with the words it was found in when it was put into the queue; ordered as it leaves the queue.</summary>
    private sealed record Candidate((int Left, int Right) Pair, long Count, List<int> Words) : IComparable<Candidate>
    {
        public int CompareTo(Candidate? other) => other is null ? -1 : Count != other.Count ? other.Count.CompareTo(Count) : Pair.CompareTo(other.Pair);
    }
}
