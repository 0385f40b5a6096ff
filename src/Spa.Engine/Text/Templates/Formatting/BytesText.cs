using System.Globalization;
using System.Text;

namespace Spa.Engine.Text.Templates;

/// <summary>Bytes as Python prints them.</summary>
internal static class BytesText
{
    /// <summary>Characters that stand for one byte, at most.</summary>
    public const int MaxWidth = 4;

    public static void Append(StringBuilder result, byte[] bytes)
    {
        char quote = bytes.Contains((byte)'\'') && !bytes.Contains((byte)'"') ? '"' : '\'';
        result.Append('b').Append(quote);
        foreach (byte b in bytes)
        {
            switch (b)
            {
                case (byte)'\n': result.Append("\\n"); break;
                case (byte)'\r': result.Append("\\r"); break;
                case (byte)'\t': result.Append("\\t"); break;
                case >= 32 and < 127 when b != quote && b != '\\': result.Append((char)b); break;
                case >= 32 and < 127: result.Append('\\').Append((char)b); break;
                default: result.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}"); break;
            }
        }

        result.Append(quote);
    }
}
