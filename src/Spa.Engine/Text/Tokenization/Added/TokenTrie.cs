using System.Buffers;

namespace Spa.Engine.Text.Tokenization;

/// <summary>Finds added tokens in a text: the leftmost, and the longest of those that begin there.</summary>
internal sealed class TokenTrie
{
    /// <summary>Longest content; with it a search is linear in the text, for at most so many chars are looked at from each place.</summary>
    public const int MaxLength = 512;

    private readonly CharTrie _trie = new();
    private readonly List<AddedToken> _tokens = [];
    private readonly SearchValues<char> _firstChars;

    /// <param name="tokens">Tokens with the string to search for, not empty; of equal strings the first counts.</param>
    public TokenTrie(IReadOnlyCollection<(string Text, AddedToken Token)> tokens)
    {
        foreach ((string text, AddedToken token) in tokens)
        {
            if (_trie.Find(text) is >= 0 and int node && _trie.ValueAt(node) >= 0) continue;
            _trie.Set(text, _tokens.Count);
            _tokens.Add(token);
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
        int longest = -1, node = CharTrie.Root;
        length = 0;
        for (int i = 0; i < text.Length && (node = _trie.Next(node, text[i])) >= 0; i++)
            if (_trie.ValueAt(node) is >= 0 and int index) (longest, length) = (index, i + 1);
        return longest < 0 ? null : _tokens[longest];
    }
}
