using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>Rewrites a stretch of text before it is cut. Thread-safe.</summary>
internal interface INormalizer
{
    /// <param name="text">Text between two added tokens, without unpaired surrogates, possibly empty.</param>
    string Normalize(string text);

    /// <summary>The same, and whether what began the text was dropped, so that what is left does not begin where the text did.</summary>
    string Normalize(string text, out bool droppedStart)
    {
        droppedStart = false;
        return Normalize(text);
    }

    /// <summary>Writes the object that tokenizer.json has for this.</summary>
    void Write(Utf8JsonWriter json);
}
