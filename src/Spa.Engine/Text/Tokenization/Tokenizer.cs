using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Text;

/// <summary>
/// Text to token ids and back, by the pipeline that a model's files describe: added tokens, normalizer, pre-tokenizer, model,
/// post-processor; decoder. All methods may be called from many threads at once.
/// </summary>
public sealed class Tokenizer
{
    private readonly AddedTokens _added;
    private readonly INormalizer? _normalizer;
    private readonly IPreTokenizer? _preTokenizer;
    private readonly PreTokenizerPlan _plan;
    private readonly ITokenModel _model;
    private readonly IPostProcessor? _postProcessor;
    private readonly IDecoder? _decoder;
    private readonly bool[] _special;
    private readonly ConcurrentBag<EncodeScratch> _scratch = [];

    /// <exception cref="FormatException">The parts do not fit together; the message says how.</exception>
    internal Tokenizer(TokenizerParts parts)
    {
        _normalizer = parts.Normalizer;
        _preTokenizer = parts.PreTokenizer;
        _plan = new PreTokenizerPlan(parts.PreTokenizer);
        _model = parts.Model;
        _postProcessor = parts.PostProcessor;
        _decoder = parts.Decoder;
        _added = new AddedTokens(parts.AddedTokens, parts.Normalizer);
        VocabularySize = Math.Max(_model.VocabularySize, _added.HighestId + 1);
        parts.CheckIds(VocabularySize);
        _special = new bool[VocabularySize];
        for (int id = 0; id < VocabularySize; id++) _special[id] = IdToToken(id) is string token && _added.IsSpecial(token);
    }

    /// <summary>One past the highest id: the least number of rows that the model's embedding must have.</summary>
    public int VocabularySize { get; }

    /// <summary>The ids of a text.</summary>
    /// <param name="text">Any string; unpaired surrogates count as U+FFFD. Added tokens in it are recognised, special ones too.</param>
    /// <param name="addSpecialTokens">Whether the post-processor may add what surrounds a text, such as BOS.</param>
    public int[] Encode(string text, bool addSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = CharClasses.ReplaceLoneSurrogates(text);
        if (!_scratch.TryTake(out EncodeScratch? scratch)) scratch = new EncodeScratch();
        scratch.Ids.Clear();
        foreach (TextSegment segment in _added.SplitPlain(text))
        {
            if (segment.Id is int id) scratch.Ids.Add(id);
            else EncodeText(text[segment.Start..segment.End], segment.Start == 0, scratch);
        }
        int[] ids = addSpecialTokens && _postProcessor is not null ? [.. _postProcessor.Process(scratch.Ids)] : [.. scratch.Ids];
        if (scratch.IsSmall) _scratch.Add(scratch);
        return ids;
    }

    /// <summary>The text of some ids; ids that no token has are passed over.</summary>
    /// <param name="ids">Ids in order.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        List<string> tokens = new(ids.Length);
        foreach (int id in ids)
            if (IdToToken(id) is string token && !(skipSpecialTokens && _special[id])) tokens.Add(token);
        if (_decoder is null) return string.Join(' ', tokens);
        _decoder.Decode(tokens);
        return string.Concat(tokens);
    }

    /// <summary>A decoder for ids that arrive one at a time.</summary>
    public StreamingDecoder CreateStream(bool skipSpecialTokens) => new(this, skipSpecialTokens);

    /// <summary>The id of a token by its exact name in the vocabulary (byte-level tokens in their visible alphabet), or null.</summary>
    public int? TokenToId(string token) => _added.IdOf(token) ?? _model.IdOf(token);

    /// <summary>The name of a token, or null for an id that none has.</summary>
    public string? IdToToken(int id) => _added.TokenOf(id) ?? _model.TokenOf(id);

    /// <summary>Whether an id is a special token, such as EOS; false for ids that no token has.</summary>
    public bool IsSpecial(int id) => id >= 0 && id < _special.Length && _special[id];

    /// <summary>The pieces that the model would see, in plain text: what a trainer counts.</summary>
    internal IEnumerable<string> Words(string text)
    {
        text = CharClasses.ReplaceLoneSurrogates(text);
        EncodeScratch scratch = new();
        foreach (TextSegment segment in _added.SplitPlain(text))
        {
            if (segment.Id is not null) continue;
            string part = text[segment.Start..segment.End];
            part = _normalizer?.Normalize(part) ?? part;
            if (part.Length == 0) continue;
            _plan.Run(new Piece(part, 0, part.Length, segment.Start == 0), scratch);
            foreach (Piece piece in scratch.Pieces) yield return piece.Span.ToString();
        }
    }

    /// <summary>Writes the object of tokenizer.json.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        _added.Write(json);
        WriteOrNull(json, "normalizer", _normalizer is null ? null : _normalizer.Write);
        WriteOrNull(json, "pre_tokenizer", _preTokenizer is null ? null : _preTokenizer.Write);
        WriteOrNull(json, "post_processor", _postProcessor is null ? null : _postProcessor.Write);
        WriteOrNull(json, "decoder", _decoder is null ? null : _decoder.Write);
        WriteOrNull(json, "model", _model.Write);
        json.WriteEndObject();
    }

    private static void WriteOrNull(Utf8JsonWriter json, string name, Action<Utf8JsonWriter>? write)
    {
        json.WritePropertyName(name);
        if (write is null) json.WriteNullValue();
        else write(json);
    }

    private void EncodeText(string text, bool atStart, EncodeScratch scratch)
    {
        if (_normalizer is not null)
        {
            text = _normalizer.Normalize(text, out bool droppedStart);
            atStart &= !droppedStart;
        }
        foreach (TextSegment segment in _added.SplitNormalized(text))
        {
            if (segment.Id is int id)
            {
                scratch.Ids.Add(id);
                continue;
            }
            _plan.Run(new Piece(text, segment.Start, segment.End - segment.Start, atStart && segment.Start == 0), scratch);
            foreach (ref readonly Piece piece in CollectionsMarshal.AsSpan(scratch.Pieces)) _model.Encode(piece.Span, _plan.EndsInBytes, scratch);
        }
    }
}
