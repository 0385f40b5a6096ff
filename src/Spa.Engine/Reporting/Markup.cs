using System.Globalization;
using System.Text;

namespace Spa.Engine.Reporting;

/// <summary>Makes any string safe inside HTML and SVG, as text and inside double-quoted attributes alike.</summary>
internal static class Markup
{
    private const char Replacement = '\uFFFD';
    private const int ControlPictures = 0x2400;

    /// <summary>
    /// Escapes markup and makes visible what a page must not act on: control characters become their pictures (U+2400 on), a lone
    /// surrogate the replacement character, and the explicit direction controls, which could reorder the text around them, their code.
    /// </summary>
    public static string Escape(string text)
    {
        StringBuilder result = new(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) result.Append(c).Append(text[++i]);
            else AppendOne(result, c);
        }
        return result.ToString();
    }

    private static void AppendOne(StringBuilder result, char c)
    {
        switch (c)
        {
            case '&': result.Append("&amp;"); break;
            case '<': result.Append("&lt;"); break;
            case '>': result.Append("&gt;"); break;
            case '"': result.Append("&quot;"); break;
            case '\'': result.Append("&#39;"); break;
            case '\n' or '\t': result.Append(c); break;
            case < ' ': result.Append((char)(ControlPictures + c)); break;
            case '\x7F': result.Append('\u2421'); break;
            case >= '\x80' and <= '\x9F' or >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\u2028' or '\u2029':
                result.Append(CultureInfo.InvariantCulture, $"[U+{(int)c:X4}]");
                break;
            case '\uFFFE' or '\uFFFF': result.Append(Replacement); break;
            default: result.Append(char.IsSurrogate(c) ? Replacement : c); break;
        }
    }
}
