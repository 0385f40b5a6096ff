using System.Collections.Frozen;
using System.Globalization;

namespace Spa.Engine.Text.Tokenization;

/// <summary>Look-ups into the table of compatibility decompositions (compatibility.txt).</summary>
internal static class CompatibilityData
{
    private const string Resource = "unicode/compatibility.txt";

    /// <summary>The lowest code point of the table, the no-break space.</summary>
    private const char First = '\u00A0';

    private static readonly FrozenDictionary<int, int[]> s_decompositions = Read();

    /// <summary>Whether any character of a text is in the table.</summary>
    public static bool Occurs(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            int codePoint = CharClasses.CodePointAt(text, at, out int unit);
            if (codePoint >= First && s_decompositions.ContainsKey(codePoint)) return true;
            at += unit;
        }
        return false;
    }

    /// <summary>Appends the full decomposition of a code point that is in the table.</summary>
    public static bool TryDecompose(int codePoint, List<int> output)
    {
        if (codePoint < First || !s_decompositions.TryGetValue(codePoint, out int[]? parts)) return false;
        output.AddRange(parts);
        return true;
    }

    private static FrozenDictionary<int, int[]> Read()
    {
        using StreamReader reader = new(typeof(CompatibilityData).Assembly.GetManifestResourceStream(Resource)!);
        Dictionary<int, int[]> decompositions = [];
        while (reader.ReadLine() is string line)
        {
            if (line.StartsWith('#')) continue;
            int[] codePoints = [.. line.Split(' ').Select(hex => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            decompositions.Add(codePoints[0], codePoints[1..]);
        }
        return decompositions.ToFrozenDictionary();
    }
}
