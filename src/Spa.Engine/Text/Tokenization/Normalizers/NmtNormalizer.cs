using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Nmt</c>: drops control characters and makes spaces of what looks like one (SentencePiece's rule of that name).</summary>
internal sealed class NmtNormalizer : INormalizer
{
    public const string TypeName = "Nmt";

    public string Normalize(string text) => RuneFilter.Map(text, Clean);

    public string Normalize(string text, out bool droppedStart)
    {
        droppedStart = RuneFilter.DropsFirst(text, Clean);
        return Normalize(text);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteEndObject();
    }

    private static int? Clean(int codePoint) => codePoint switch
    {
        0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD => ' ',
        (>= 0x01 and <= 0x08) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or 0x8F or 0x9F => null,
        _ => codePoint,
    };
}
