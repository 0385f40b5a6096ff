using System.Text;
using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>Replace</c>, which is a normalizer and a decoder: every match of a pattern becomes a fixed text.</summary>
internal sealed class Replacement(PatternSpec pattern, string content)
{
    public const string TypeName = "Replace";

    public static Replacement Read(JsonCursor json) => new(PatternSpec.Read(json.Require("pattern")), json.Require("content").String());

    public string Apply(string text)
    {
        if (!pattern.IsRegex) return text.Replace(pattern.Source, content, StringComparison.Ordinal);
        StringBuilder result = new(text.Length);
        long steps = PatternSteps.For(text.Length);
        int done = 0, from = 0;
        while (from <= text.Length && pattern.Matcher.TryFind(text, from, ref steps, out int start, out int length))
        {
            from = start + length;
            if (length == 0) from += start < text.Length && char.IsHighSurrogate(text[start]) ? 2 : 1;
            if (length == 0 && start == done && done > 0) continue;
            result.Append(text, done, start - done).Append(content);
            done = start + length;
        }
        return result.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>Whether the reference takes what begins the result for another place than the text's first character: what replaces several characters stands for the last of them.</summary>
    public bool DropsStart(string text)
    {
        long steps = PatternSteps.For(text.Length);
        return pattern.Matcher.TryFind(text, 0, ref steps, out int start, out int length) && start == 0 && length > 0
            && (content.Length == 0 || CharClasses.CountCodePoints(text.AsSpan(0, length)) > 1);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        pattern.Write(json);
        json.WriteString("content", content);
        json.WriteEndObject();
    }
}
