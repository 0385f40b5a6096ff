using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>StripAccents</c>: drops marks. Letters that hold their accent stay as they are; a step before takes them apart (NFD, NFKD).</summary>
internal sealed class StripAccentsNormalizer : INormalizer
{
    public const string TypeName = "StripAccents";

    public string Normalize(string text) => RuneFilter.Map(text, Strip);

    public string Normalize(string text, out bool droppedStart)
    {
        droppedStart = RuneFilter.DropsFirst(text, Strip);
        return Normalize(text);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteEndObject();
    }

    private static int? Strip(int codePoint) => EarlierMarks.IsMark(codePoint) ? null : codePoint;
}
