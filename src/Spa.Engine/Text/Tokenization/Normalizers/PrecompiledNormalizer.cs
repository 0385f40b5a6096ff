using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// <c>Precompiled</c>: SentencePiece's replacements, such as <c>nmt_nfkc</c>. As in the reference, a grapheme of fewer than six bytes is replaced as a whole by what stands for the
/// shortest key that it begins with; of others each character is looked up by itself.
/// </summary>
internal sealed class PrecompiledNormalizer : INormalizer
{
    public const string TypeName = "Precompiled";

    private const int LongestGrapheme = 5;

    private readonly CharsMap _map;
    private readonly string?[] _ascii = new string?[0x80];

    public PrecompiledNormalizer(CharsMap map)
    {
        _map = map;
        for (int c = 0; c < _ascii.Length; c++) _ascii[c] = map.Find([(byte)c]);
    }

    public static PrecompiledNormalizer Read(JsonCursor json)
    {
        JsonCursor field = json.Require("precompiled_charsmap");
        field.Expect(JsonValueKind.String);
        if (!field.Element.TryGetBytesFromBase64(out byte[]? bytes)) throw field.Error("expected base64");
        try
        {
            return new PrecompiledNormalizer(new CharsMap(bytes));
        }
        catch (FormatException e)
        {
            throw field.Error(e.Message);
        }
    }

    public string Normalize(string text)
    {
        StringBuilder result = new(text.Length);
        for (int at = 0; at < text.Length;)
        {
            int length = GraphemeLength(text, at);
            AppendGrapheme(text.AsSpan(at, length), result);
            at += length;
        }
        return result.ToString();
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteBase64String("precompiled_charsmap", _map.ToBytes());
        json.WriteEndObject();
    }

    // Nothing joins an ASCII character to another but a line's end.
    private static int GraphemeLength(string text, int at) =>
        char.IsAscii(text[at]) && text[at] != '\r' && (at + 1 == text.Length || char.IsAscii(text[at + 1])) ? 1 : StringInfo.GetNextTextElementLength(text.AsSpan(at));

    private void AppendGrapheme(ReadOnlySpan<char> grapheme, StringBuilder result)
    {
        if (grapheme.Length <= LongestGrapheme && Find(grapheme) is string whole)
        {
            result.Append(whole);
            return;
        }
        for (int at = 0, unit; at < grapheme.Length; at += unit)
        {
            CharClasses.CodePointAt(grapheme, at, out unit);
            ReadOnlySpan<char> symbol = grapheme.Slice(at, unit);
            result.Append(Find(symbol) ?? symbol);
        }
    }

    private string? Find(ReadOnlySpan<char> text)
    {
        if (text.Length == 1 && char.IsAscii(text[0])) return _ascii[text[0]];
        Span<byte> bytes = stackalloc byte[3 * LongestGrapheme];
        int length = Encoding.UTF8.GetBytes(text, bytes);
        return length <= LongestGrapheme ? _map.Find(bytes[..length]) : null;
    }
}
