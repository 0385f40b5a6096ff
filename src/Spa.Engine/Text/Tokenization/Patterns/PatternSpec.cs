using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>A pattern as tokenizer.json writes it, <c>{"String": ...}</c> or <c>{"Regex": ...}</c>, with the matcher made from it.</summary>
internal sealed class PatternSpec
{
    private PatternSpec(string source, bool isRegex, ITextPattern matcher)
    {
        Source = source;
        IsRegex = isRegex;
        Matcher = matcher;
    }

    public string Source { get; }

    public bool IsRegex { get; }

    public ITextPattern Matcher { get; }

    public static PatternSpec Literal(string literal) => new(literal, false, new LiteralPattern(literal));

    /// <exception cref="FormatException">The pattern uses something that <see cref="RegexParser"/> does not know; the message names it.</exception>
    public static PatternSpec Regex(string pattern) => new(pattern, true, KnownPatterns.Find(pattern) ?? new RegexPattern(pattern));

    public static PatternSpec Read(JsonCursor json)
    {
        if (json.Find("String") is JsonCursor literal)
        {
            if (literal.String().Length == 0) throw literal.Error("an empty pattern matches nowhere and everywhere");
            return Literal(literal.String());
        }
        JsonCursor regex = json.Require("Regex");
        try
        {
            return Regex(regex.String());
        }
        catch (FormatException e)
        {
            throw regex.Error(e.Message);
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("pattern");
        json.WriteString(IsRegex ? "Regex" : "String", Source);
        json.WriteEndObject();
    }
}
