using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// <c>Unigram</c>: of all ways to cut a piece into tokens the one whose scores sum to the most (Kudo, 2018, arXiv:1804.10959, section 3.2). Neighbouring characters without a token
/// are unknown together.
/// </summary>
internal sealed class UnigramModel : CachedTokenModel
{
    public const string TypeName = "Unigram";

    /// <summary>Longest token, so that the search is linear in the text; SentencePiece makes none of more than 16 characters by itself.</summary>
    private const int MaxTokenLength = 512;

    /// <summary>An unknown character costs this much more than the worst token (SentencePiece's kUnkPenalty).</summary>
    private const double UnknownPenalty = 10;

    private readonly IReadOnlyList<(string Token, double Score)> _tokens;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly CharTrie _trie = new();
    private readonly int? _unknownId;
    private readonly double _unknownScore;
    private readonly ByteTokens? _bytes;

    /// <param name="tokens">Token and score by id; of equal tokens the last counts, as in the reference.</param>
    /// <param name="unknownId">Stands for characters without a token.</param>
    /// <param name="byteFallback">Whether unknown text becomes its bytes' tokens where there is one for every byte.</param>
    /// <exception cref="FormatException">The message says what does not fit together.</exception>
    public UnigramModel(IReadOnlyList<(string Token, double Score)> tokens, int? unknownId, bool byteFallback)
    {
        if (unknownId < 0 || unknownId >= tokens.Count) throw new FormatException($"the unknown token's id {unknownId} is outside the vocabulary of {tokens.Count} tokens");
        _tokens = tokens;
        _unknownId = unknownId;
        double lowest = double.PositiveInfinity;
        for (int id = 0; id < tokens.Count; id++)
        {
            (string token, double score) = tokens[id];
            if (token.Length > MaxTokenLength) throw new FormatException($"token {id} has {token.Length} characters; at most {MaxTokenLength} are supported");
            _ids[token] = id;
            _trie.Set(token, id);
            lowest = Math.Min(lowest, score);
        }
        _unknownScore = lowest - UnknownPenalty;
        _bytes = byteFallback ? new ByteTokens(IdOf) : null;
    }

    public override int VocabularySize => _tokens.Count;

    public override int? IdOf(string token) => _ids.TryGetValue(token, out int id) ? id : null;

    public override string? TokenOf(int id) => id >= 0 && id < _tokens.Count ? _tokens[id].Token : null;

    public override void Write(Utf8JsonWriter json) => UnigramModelJson.Write(json, _tokens, _unknownId, _bytes is not null);

    protected override void EncodeSymbols(ReadOnlySpan<char> word, EncodeScratch scratch)
    {
        UnigramPath path = scratch.Path;
        path.Begin(word.Length);
        for (int at = 0, unit; at < word.Length; at += unit)
        {
            CharClasses.CodePointAt(word, at, out unit);
            bool alone = false;
            int node = CharTrie.Root;
            for (int end = at; end < word.Length && (node = _trie.Next(node, word[end])) >= 0;)
            {
                end++;
                if (_trie.ValueAt(node) is not (>= 0 and int id)) continue;
                path.Offer(at, end, id, _tokens[id].Score);
                alone |= end == at + unit;
            }
            if (!alone) path.Offer(at, at + unit, _unknownId ?? throw Unknown(word.Slice(at, unit)), _unknownScore);
        }
        path.Trace(word.Length, _unknownId);
        foreach ((int start, int end, int id) in path.Parts)
        {
            if (id != _unknownId) scratch.Word.Add(id);
            else AddUnknown(word[start..end], id, scratch.Word);
        }
    }

    /// <summary>A run of unknown characters may be a token after all, where its own score was too low to be chosen; the reference looks it up again.</summary>
    private void AddUnknown(ReadOnlySpan<char> text, int unknownId, BpeWord symbols)
    {
        if (_trie.Find(text) is >= 0 and int node && _trie.ValueAt(node) is >= 0 and int id) symbols.Add(id);
        else if (_bytes?.TryAdd(text, symbols) != true) symbols.Add(unknownId);
    }

    private static SpaException Unknown(ReadOnlySpan<char> symbol) =>
        new($"the tokenizer has no token for '{JsonCursor.Shorten(symbol.ToString())}' and names no unknown token; set unk_id in its tokenizer.json");
}
