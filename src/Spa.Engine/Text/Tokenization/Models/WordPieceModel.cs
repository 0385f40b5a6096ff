using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// <c>WordPiece</c>: the longest token that begins a word, then the longest that continues it, and so on; a word that cannot be cut to its end is unknown
/// as a whole (BERT's tokenization.py; Devlin et al., 2018, arXiv:1810.04805).
/// </summary>
internal sealed class WordPieceModel : CachedTokenModel
{
    public const string TypeName = "WordPiece";

    private readonly Vocabulary _vocabulary;
    private readonly WordPieceOptions _options;
    private readonly CharTrie _trie = new();
    private readonly int _unknownId;
    private readonly int _continuation;

    /// <exception cref="FormatException">The unknown token is not in the vocabulary.</exception>
    public WordPieceModel(Vocabulary vocabulary, WordPieceOptions options)
    {
        _vocabulary = vocabulary;
        _options = options;
        _unknownId = vocabulary.IdOf(options.UnknownToken)
            ?? throw new FormatException($"the unknown token '{JsonCursor.Shorten(options.UnknownToken)}' is not in the vocabulary");
        for (int id = 0; id < vocabulary.Size; id++)
            if (vocabulary.TokenOf(id) is string token) _trie.Set(token, id);
        _continuation = _trie.Find(options.ContinuingPrefix);
    }

    public override int VocabularySize => _vocabulary.Size;

    public override int? IdOf(string token) => _vocabulary.IdOf(token);

    public override string? TokenOf(int id) => _vocabulary.TokenOf(id);

    public override void Write(Utf8JsonWriter json) => WordPieceModelJson.Write(json, _vocabulary, _options);

    protected override void EncodeSymbols(ReadOnlySpan<char> word, EncodeScratch scratch)
    {
        BpeWord symbols = scratch.Word;
        bool known = CharClasses.CountCodePoints(word) <= _options.MaxWordLength;
        for (int at = 0; known && at < word.Length;)
        {
            int length = LongestAt(word[at..], at == 0 ? CharTrie.Root : _continuation, out int id);
            symbols.Add(id);
            at += length;
            known = length > 0;
        }
        if (known) return;
        symbols.Clear();
        symbols.Add(_unknownId);
    }

    private int LongestAt(ReadOnlySpan<char> text, int node, out int id)
    {
        int length = 0;
        id = -1;
        for (int i = 0; i < text.Length && node >= 0 && (node = _trie.Next(node, text[i])) >= 0; i++)
            if (_trie.ValueAt(node) is >= 0 and int found) (id, length) = (found, i + 1);
        return length;
    }
}
