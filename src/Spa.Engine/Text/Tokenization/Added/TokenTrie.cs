using System.Buffers;

namespace Spa.Engine.Text.Tokenization;

/// <summary>Finds added tokens in a text: the leftmost, and the longest of those that begin there.</summary>
internal sealed class TokenTrie
{
    /// <summary>Longest content; with it a search is linear in the text, for at most so many chars are looked at from each place.</summary>
    public const int MaxLength = 512;

    private readonly Dictionary<(int Node, char Char), int> _edges = [];
    private readonly List<AddedToken?> _tokenAt = [null];
    private readonly SearchValues<char> _firstChars;

    /// <param name="tokens">Tokens with the string to search for, 1 to <see cref="MaxLength"/> chars; of equal strings the first counts.</param>
    public TokenTrie(IReadOnlyCollection<(string Text, AddedToken Token)> tokens)
    {
        foreach ((string text, AddedToken token) in tokens)
        {
            int node = 0;
            foreach (char c in text)
            {
                if (!_edges.TryGetValue((node, c), out int next))
                {
                    _edges.Add((node, c), next = _tokenAt.Count);
                    _tokenAt.Add(null);
                }
                node = next;
            }
            _tokenAt[node] ??= token;
        }
        _firstChars = SearchValues.Create([.. tokens.Select(token => token.Text[0]).Distinct()]);
    }

    /// <summary>The next token at or after <paramref name="from"/>, or null.</summary>
    public AddedToken? Find(ReadOnlySpan<char> text, int from, out int start, out int length)
    {
        for (start = from; start < text.Length; start++)
        {
            int skip = text[start..].IndexOfAny(_firstChars);
            if (skip < 0) break;
            start += skip;
            if (LongestAt(text[start..], out length) is AddedToken token) return token;
        }
        length = 0;
        return null;
    }

    private AddedToken? LongestAt(ReadOnlySpan<char> text, out int length)
    {
        AddedToken? longest = null;
        length = 0;
        int node = 0;
        for (int i = 0; i < text.Length && _edges.TryGetValue((node, text[i]), out node); i++)
        {
            if (_tokenAt[node] is not AddedToken token) continue;
            longest = token;
            length = i + 1;
        }
        return longest;
    }
}
