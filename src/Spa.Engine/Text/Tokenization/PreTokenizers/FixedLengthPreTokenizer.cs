using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>FixedLength</c>: pieces of so many characters (code points), the last one with what is left.</summary>
internal sealed class FixedLengthPreTokenizer(int length) : IPreTokenizer
{
    public const string TypeName = "FixedLength";

    private const int DefaultLength = 5;

    public static FixedLengthPreTokenizer Read(JsonCursor json)
    {
        JsonCursor? length = json.Find("length");
        if (length?.Integer() < 1) throw length.Value.Error($"expected a length of at least 1, found {length.Value.Integer()}");
        return new FixedLengthPreTokenizer(length?.Integer() ?? DefaultLength);
    }

    public void Split(in Piece piece, List<Piece> output)
    {
        ReadOnlySpan<char> text = piece.Span;
        int start = 0, count = 0;
        for (int at = 0; at < text.Length; count++)
        {
            if (count == length)
            {
                output.Add(piece.Slice(start, at));
                (start, count) = (at, 0);
            }
            CharClasses.CodePointAt(text, at, out int unit);
            at += unit;
        }
        output.Add(piece.Slice(start, text.Length));
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteNumber("length", length);
        json.WriteEndObject();
    }
}
