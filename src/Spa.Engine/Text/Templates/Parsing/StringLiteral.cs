using System.Globalization;
using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>Backslash escapes of string literals, those of Python.</summary>
internal static class StringLiteral
{
    /// <param name="raw">The text between the quotes.</param>
    /// <param name="fail">Makes the error for a broken escape from its reason.</param>
    public static string Unescape(string raw, Func<string, TemplateException> fail)
    {
        if (!raw.Contains('\\')) return raw;
        StringBuilder text = new(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\') text.Append(raw[i]);
            else if (++i >= raw.Length) throw fail("\\ at end of string");
            else i = AppendEscape(text, raw, i, fail);
        }

        return text.ToString();
    }

    /// <summary>Appends the escape whose letter is at <paramref name="i"/>; returns the position of its last character.</summary>
    private static int AppendEscape(StringBuilder text, string raw, int i, Func<string, TemplateException> fail)
    {
        char c = raw[i];
        switch (c)
        {
            case '\n': return i;
            case 'x': return AppendHex(text, raw, i, 2, fail);
            case 'u': return AppendHex(text, raw, i, 4, fail);
            case 'U': return AppendHex(text, raw, i, 8, fail);
            case 'N': throw fail("named characters (\\N{...}) are not supported; write the character itself or \\u");
            case >= '0' and <= '7': return AppendOctal(text, raw, i);
        }

        int plain = "\\'\"abfnrtv".IndexOf(c);
        if (plain >= 0) text.Append("\\'\"\a\b\f\n\r\t\v"[plain]);
        else text.Append('\\').Append(c);
        return i;
    }

    private static int AppendOctal(StringBuilder text, string raw, int i)
    {
        int value = 0;
        int end = i;
        while (end < raw.Length && end < i + 3 && raw[end] is >= '0' and <= '7') value = value * 8 + (raw[end++] - '0');
        text.Append((char)value);
        return end - 1;
    }

    private static int AppendHex(StringBuilder text, string raw, int i, int digits, Func<string, TemplateException> fail)
    {
        if (i + digits >= raw.Length || !uint.TryParse(raw.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code))
        {
            throw fail($"truncated \\{raw[i]} escape, {digits} hexadecimal digits expected");
        }

        if (code <= char.MaxValue) text.Append((char)code);
        else if (code <= 0x10FFFF) text.Append(char.ConvertFromUtf32((int)code));
        else throw fail("illegal Unicode character");
        return i + digits;
    }
}
