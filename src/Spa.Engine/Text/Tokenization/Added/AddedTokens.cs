using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>All added tokens of a tokenizer, and the search for them, first in the text as given and then in what the normalizer made of it.</summary>
internal sealed class AddedTokens
{
    private readonly IReadOnlyList<AddedToken> _tokens;
    private readonly Dictionary<int, string> _names = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string> _special;
    private readonly TokenTrie _plain;
    private readonly TokenTrie _normalized;

    /// <exception cref="FormatException">The message says which token is at fault.</exception>
    public AddedTokens(IReadOnlyList<AddedToken> tokens, INormalizer? normalizer)
    {
        _tokens = tokens;
        _special = [.. tokens.Where(token => token.Special).Select(token => token.Content)];
        List<(string, AddedToken)> plain = [], normalized = [];
        foreach (AddedToken token in tokens)
        {
            Check(token);
            _ids.Add(token.Content, token.Id);
            string text = token.Normalized && normalizer is not null ? normalizer.Normalize(token.Content) : token.Content;
            _names.Add(token.Id, text.Length > 0 ? text : token.Content);
            if (text.Length > 0) (token.Normalized ? normalized : plain).Add((text, token));
        }
        _plain = new TokenTrie(plain);
        _normalized = new TokenTrie(normalized);
    }

    /// <summary>The highest id, or -1.</summary>
    public int HighestId => _names.Count == 0 ? -1 : _names.Keys.Max();

    public int? IdOf(string content) => _ids.TryGetValue(content, out int id) ? id : null;

    /// <summary>What an id decodes to: the text that is searched for, so with the normalizer applied where the token asks for it.</summary>
    public string? TokenOf(int id) => _names.GetValueOrDefault(id);

    /// <summary>Whether a token, from here or from the model, counts as special; the reference asks by text too.</summary>
    public bool IsSpecial(string token) => _special.Contains(token);

    /// <summary>Cuts a text as given.</summary>
    public List<TextSegment> SplitPlain(string text) => Split(text, _plain);

    /// <summary>Cuts a text that has been normalized.</summary>
    public List<TextSegment> SplitNormalized(string text) => Split(text, _normalized);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("added_tokens");
        foreach (AddedToken token in _tokens.OrderBy(token => token.Id)) token.Write(json);
        json.WriteEndArray();
    }

    private void Check(AddedToken token)
    {
        string name = JsonCursor.Shorten(token.Content);
        if (token.Content.Length is 0 or > TokenTrie.MaxLength)
            throw new FormatException($"the added token '{name}' has {token.Content.Length} characters; 1 to {TokenTrie.MaxLength} are supported");
        if (token.Id is < 0 or >= Vocabulary.Limit)
            throw new FormatException($"the id {token.Id} of added token '{name}' is outside 0 to {Vocabulary.Limit - 1}");
        if (_ids.ContainsKey(token.Content)) throw new FormatException($"the added token '{name}' is listed twice");
        if (_names.TryGetValue(token.Id, out string? other))
            throw new FormatException($"the added tokens '{JsonCursor.Shorten(other)}' and '{name}' have the same id {token.Id}");
    }

    /// <summary>
    /// The segments in order. As in the reference, a match that begins inside the white space that the match before took along takes it
    /// again, so segments may overlap there.
    /// </summary>
    private static List<TextSegment> Split(string text, TokenTrie trie)
    {
        List<TextSegment> segments = [];
        int done = 0, from = 0;
        while (trie.Find(text, from, out int start, out int length) is AddedToken token)
        {
            int end = from = start + length;
            if (token.SingleWord && TouchesWord(text, start, end)) continue;
            if (token.LeftStrip) start = Math.Max(start - TrailingSpaces(text.AsSpan(0, start)), done);
            if (token.RightStrip) end += LeadingSpaces(text.AsSpan(end));
            if (done < start) segments.Add(new TextSegment(done, start, null));
            segments.Add(new TextSegment(start, end, token.Id));
            done = end;
        }
        if (done != text.Length) segments.Add(new TextSegment(done, text.Length, null));
        return segments;
    }

    private static bool TouchesWord(string text, int start, int end)
    {
        int before = start - 2 >= 0 && char.IsLowSurrogate(text[start - 1]) ? start - 2 : start - 1;
        return (start > 0 && CharClasses.IsWord(CharClasses.CodePointAt(text, before, out _)))
            || (end < text.Length && CharClasses.IsWord(CharClasses.CodePointAt(text, end, out _)));
    }

    private static int TrailingSpaces(ReadOnlySpan<char> text) => text.Length - text.TrimEnd().Length;

    private static int LeadingSpaces(ReadOnlySpan<char> text) => text.Length - text.TrimStart().Length;
}
