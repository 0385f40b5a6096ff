using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// <c>UnicodeScripts</c>: cuts where the script changes, as SentencePiece does. Spaces stay with what stands before them; at the start of a piece, where nothing does, they are dropped, as
/// in the reference.
/// </summary>
internal sealed class ScriptPreTokenizer : IPreTokenizer
{
    public const string TypeName = "UnicodeScripts";

    public void Split(in Piece piece, List<Piece> output)
    {
        ReadOnlySpan<char> text = piece.Span;
        int start = -1, current = Scripts.Any;
        for (int at = 0; at < text.Length;)
        {
            int script = Scripts.Of(CharClasses.CodePointAt(text, at, out int unit));
            if (script != Scripts.Any && script != current)
            {
                if (start >= 0) output.Add(piece.Slice(start, at));
                (start, current) = (at, script);
            }
            at += unit;
        }
        if (start >= 0) output.Add(piece.Slice(start, text.Length));
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteEndObject();
    }
}
