using System.Text;

namespace Spa.Engine.Text.Tokenization;

/// <summary>Rewrites a text code point by code point.</summary>
internal static class RuneFilter
{
    /// <summary>Whether the first code point is left out.</summary>
    public static bool DropsFirst(string text, Func<int, int?> map) => text.Length > 0 && map(CharClasses.CodePointAt(text, 0, out _)) is null;

    /// <summary>The text with every code point replaced by what <paramref name="map"/> gives for it, or left out where that is null.</summary>
    public static string Map(string text, Func<int, int?> map)
    {
        StringBuilder result = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            if (map(rune.Value) is int mapped) result.Append(mapped == rune.Value ? rune : new Rune(mapped));
        return result.ToString();
    }
}
