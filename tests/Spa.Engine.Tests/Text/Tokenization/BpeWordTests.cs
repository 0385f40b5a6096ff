using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Tests.Text.Tokenization;

public sealed class BpeWordTests
{
    private static readonly string[] s_pieces = ["a", "b", "c", "ab", "aa", "abc", "bc", "aab", "ca", "cab", "aaaa", "aabc"];

    /// <summary>Every way to join two of the pieces to a third, most of them reachable in two ways.</summary>
    private static readonly (int Left, int Right, int Joined)[] s_merges =
        [.. from l in Enumerable.Range(0, 12) from r in Enumerable.Range(0, 12)
            let joined = Array.IndexOf(s_pieces, s_pieces[l] + s_pieces[r]) where joined >= 0 select (l, r, joined)];

    [Test]
    public void Short_and_long_words_merge_as_the_definition_says() =>
        Gen.Select(Gen.Shuffle(s_merges), Gen.Int[0, 2].Array[1, 120]).Sample((order, symbols) =>
        {
            MergeTable table = new(order.Length);
            for (int rank = 0; rank < order.Length; rank++) table.Set(order[rank].Left, order[rank].Right, rank, order[rank].Joined);
            BpeWord word = new();
            word.Clear();
            foreach (int symbol in symbols) word.Add(symbol);
            word.Merge(table);
            return word.Ids.SequenceEqual(Naive(order, symbols).AsSpan());
        });

    /// <summary>The definition: take the earliest merge that applies anywhere, at its leftmost place, until none applies.</summary>
    private static int[] Naive((int Left, int Right, int Joined)[] merges, int[] symbols)
    {
        List<int> word = [.. symbols];
        while (true)
        {
            int place = -1, joined = -1;
            foreach ((int left, int right, int id) in merges)
            {
                place = Enumerable.Range(0, word.Count - 1).Where(i => word[i] == left && word[i + 1] == right).DefaultIfEmpty(-1).First();
                joined = id;
                if (place >= 0) break;
            }
            if (place < 0) return [.. word];
            word[place] = joined;
            word.RemoveAt(place + 1);
        }
    }
}
