using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// <c>BPE</c>: a piece begins as one symbol per character, then the pair of neighbours whose merge was learned earliest joins, again and
/// again. Merges are kept by id; what the reference does with characters outside the vocabulary is done the same way here.
/// </summary>
internal sealed class BpeModel : CachedTokenModel
{
    public const string TypeName = "BPE";

    /// <summary>SentencePiece's mark for a space.</summary>
    private const char SpaceMark = '\u2581';

    private readonly Vocabulary _vocabulary;
    private readonly IReadOnlyList<(int Left, int Right)> _mergeList;
    private readonly MergeTable _merges;
    private readonly BpeOptions _options;
    private readonly int[] _lowIds = new int[ByteAlphabet.End];
    private readonly ByteTokens? _bytes;
    private readonly int _unknownId;
    private readonly bool _cutsBeforeMark;
    private readonly HashSet<char> _joinsMark = [];
    private bool _standInJoins;

    /// <exception cref="FormatException">The message says what does not fit together.</exception>
    /// <param name="vocabulary">All tokens; not changed afterwards.</param>
    /// <param name="merges">Pairs of ids, first learned first; the joined token must exist.</param>
    /// <param name="options">The rest.</param>
    public BpeModel(Vocabulary vocabulary, IReadOnlyList<(int Left, int Right)> merges, BpeOptions options)
    {
        _vocabulary = vocabulary;
        _mergeList = merges;
        _options = options;
        _merges = new MergeTable(merges.Count);
        FillMerges();
        _unknownId = options.UnknownToken is null ? -1 : vocabulary.IdOf(options.UnknownToken)
            ?? throw new FormatException($"the unknown token '{JsonCursor.Shorten(options.UnknownToken)}' is not in the vocabulary");
        Span<char> one = stackalloc char[1];
        for (int c = 0; c < _lowIds.Length; c++)
        {
            one[0] = (char)c;
            _lowIds[c] = vocabulary.IdOf(one);
        }
        _bytes = options.ByteFallback ? new ByteTokens(vocabulary.IdOf) : null;
        _cutsBeforeMark = !_standInJoins && !options.IgnoreMerges && !options.HasAffixes && vocabulary.IdOf([SpaceMark]) >= 0;
    }

    public override int VocabularySize => _vocabulary.Size;

    public override int? IdOf(string token) => _vocabulary.IdOf(token);

    public override string? TokenOf(int id) => _vocabulary.TokenOf(id);

    public override void Encode(ReadOnlySpan<char> piece, bool asBytes, EncodeScratch scratch)
    {
        if (asBytes || !_cutsBeforeMark)
        {
            EncodeWord(piece, asBytes, scratch);
            return;
        }
        // Where no merge reaches across "x▁" in this vocabulary, cutting there changes nothing and lets the cache work.
        int first = 0;
        for (int at = 1; at < piece.Length; at++)
        {
            if (piece[at] != SpaceMark || piece[at - 1] == SpaceMark || _joinsMark.Contains(piece[at - 1])) continue;
            EncodeWord(piece[first..at], asBytes, scratch);
            first = at;
        }
        EncodeWord(piece[first..], asBytes, scratch);
    }

    public override void Write(Utf8JsonWriter json) => BpeModelJson.Write(json, _vocabulary, _mergeList, _options);

    protected override void EncodeSymbols(ReadOnlySpan<char> word, EncodeScratch scratch)
    {
        BpeWord symbols = scratch.Word;
        if (_options.IgnoreMerges && _vocabulary.IdOf(word) is int whole and >= 0)
        {
            symbols.Add(whole);
            return;
        }
        bool pendingUnknown = false;
        for (int at = 0; at < word.Length;)
        {
            CharClasses.CodePointAt(word, at, out int unit);
            ReadOnlySpan<char> symbol = _options.HasAffixes ? WithAffixes(word, at, unit) : word.Slice(at, unit);
            at += unit;
            int id = symbol.Length == 1 && symbol[0] < _lowIds.Length ? _lowIds[symbol[0]] : _vocabulary.IdOf(symbol);
            if (id >= 0)
            {
                if (pendingUnknown) symbols.Add(_unknownId);
                pendingUnknown = false;
                symbols.Add(id);
            }
            else if (_bytes?.TryAdd(symbol, symbols) != true && _unknownId >= 0)
            {
                if (pendingUnknown && !_options.FuseUnknown) symbols.Add(_unknownId);
                pendingUnknown = true;
            }
        }
        if (pendingUnknown) symbols.Add(_unknownId);
        symbols.Merge(_merges);
    }

    private string WithAffixes(ReadOnlySpan<char> word, int at, int unit) => string.Concat(
        at > 0 ? _options.ContinuingPrefix : "", word.Slice(at, unit), at + unit == word.Length ? _options.EndOfWordSuffix : "");

    /// <summary>Fills the table, and the characters behind which a merge takes a space mark along.</summary>
    private void FillMerges()
    {
        for (int rank = 0; rank < _mergeList.Count; rank++)
        {
            (int left, int right) = _mergeList[rank];
            string a = _vocabulary.TokenOf(left) ?? throw new FormatException($"merge {rank} names the id {left}, which no token has");
            string b = _vocabulary.TokenOf(right) ?? throw new FormatException($"merge {rank} names the id {right}, which no token has");
            if (!b.StartsWith(_options.ContinuingPrefix, StringComparison.Ordinal))
                throw new FormatException($"merge {rank} joins '{JsonCursor.Shorten(b)}' to a token before it, but it does not begin with the prefix of what continues a word");
            string joined = string.Concat(a, b.AsSpan(_options.ContinuingPrefix.Length));
            int id = _vocabulary.IdOf(joined) ?? throw new FormatException(
                $"merge {rank} joins '{JsonCursor.Shorten(a)}' and '{JsonCursor.Shorten(b)}' to a token that is not in the vocabulary");
            _merges.Set(left, right, rank, id);
            for (int at = joined.LastIndexOf(SpaceMark); at > 0; at = joined.LastIndexOf(SpaceMark, at - 1))
            {
                if (joined[at - 1] != SpaceMark) _joinsMark.Add(joined[at - 1]);
                // A byte's token or the unknown one does not end in the character that it stands for.
                _standInJoins |= (_options.ByteFallback && at >= 6 && joined.AsSpan(at - 6).StartsWith("<0x"))
                    || (_options.UnknownToken is { } unknown && joined.AsSpan(0, at).EndsWith(unknown));
            }
        }
    }
}
