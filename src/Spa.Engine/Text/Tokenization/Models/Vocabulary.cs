namespace Spa.Engine.Text.Tokenization;

/// <summary>Tokens and ids, each the other's inverse.</summary>
internal sealed class Vocabulary
{
    /// <summary>Far above every published tokenizer (262,144 is the largest); it bounds what a file's claims can allocate.</summary>
    public const int Limit = 1 << 22;

    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsBySpan;
    private readonly List<string?> _tokens;

    public Vocabulary(int capacity = 0)
    {
        _ids = new Dictionary<string, int>(capacity, StringComparer.Ordinal);
        _idsBySpan = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _tokens = new List<string?>(capacity);
    }

    /// <summary>One past the highest id.</summary>
    public int Size => _tokens.Count;

    /// <summary>Adds a token and returns null, or says in words why it cannot be one.</summary>
    public string? Add(string token, int id)
    {
        if (id is < 0 or >= Limit) return $"the id {id} of token '{JsonCursor.Shorten(token)}' is outside 0 to {Limit - 1}";
        if (id < _tokens.Count && _tokens[id] is string other)
            return $"the tokens '{JsonCursor.Shorten(other)}' and '{JsonCursor.Shorten(token)}' have the same id {id}";
        if (!_ids.TryAdd(token, id)) return $"the token '{JsonCursor.Shorten(token)}' is listed twice";
        while (_tokens.Count <= id) _tokens.Add(null);
        _tokens[id] = token;
        return null;
    }

    public int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    /// <summary>The id of a token, or -1.</summary>
    public int IdOf(ReadOnlySpan<char> token) => _idsBySpan.TryGetValue(token, out int id) ? id : -1;

    public string? TokenOf(int id) => id >= 0 && id < _tokens.Count ? _tokens[id] : null;
}
