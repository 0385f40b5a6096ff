using System.Runtime.InteropServices;

namespace Spa.Engine.Text;

/// <summary>
/// Turns ids that arrive one at a time into text: each <see cref="Push"/> returns what has become certain. Text is held back while it ends
/// in U+FFFD, for that may be half a character. The pieces are those of Hugging Face's DecodeStream. Not thread-safe.
/// </summary>
/// <remarks>
/// With byte-fallback vocabularies a later bad byte can change what an earlier decode looked like. What was returned stays returned then, and
/// the rest is decoded without it; the reference stops with an error there.
/// </remarks>
public sealed class StreamingDecoder
{
    private const char Replacement = '\uFFFD';

    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;

    // The ids of the latest returned piece, which give the decoder its context, then those still held back.
    private readonly List<int> _window = [];
    private int _returnedIds;
    private string _returnedText = "";

    internal StreamingDecoder(Tokenizer tokenizer, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>Takes the next id and returns the text that is certain now, or an empty string.</summary>
    public string Push(int id)
    {
        if (_returnedText.Length == 0 && _window.Count > 0)
        {
            string settled = Decode(0);
            if (!settled.EndsWith(Replacement)) (_returnedText, _returnedIds) = (settled, _window.Count);
        }
        _window.Add(id);
        string text = Decode(0);
        if (text.Length <= _returnedText.Length || text.EndsWith(Replacement)) return "";
        string piece = Rest(text);
        _window.RemoveRange(0, _returnedIds);
        _returnedIds = _window.Count;
        _returnedText = Decode(0);
        return piece;
    }

    /// <summary>Returns what was held back, as it stands, and begins anew.</summary>
    public string Flush()
    {
        string rest = _window.Count > _returnedIds ? Rest(Decode(0)) : "";
        _window.Clear();
        _returnedIds = 0;
        _returnedText = "";
        return rest;
    }

    private string Rest(string text) =>
        text.StartsWith(_returnedText, StringComparison.Ordinal) ? text[_returnedText.Length..] : Decode(_returnedIds);

    private string Decode(int from) => _tokenizer.Decode(CollectionsMarshal.AsSpan(_window)[from..], _skipSpecialTokens);
}
