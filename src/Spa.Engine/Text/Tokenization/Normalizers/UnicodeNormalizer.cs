using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// <c>NFC</c>, <c>NFD</c>, <c>NFKC</c> and <c>NFKD</c> with the tables of Unicode 9, which is what the reference knows: marks that came later neither move nor join.
/// (The runtime's own <see cref="string.Normalize()"/> would be newer, and does nothing where globalization is invariant.)
/// </summary>
/// <param name="composes">Whether what was taken apart is joined again.</param>
/// <param name="compatible">Whether characters that are others in another form, such as ligatures and full-width letters, become those.</param>
internal sealed class UnicodeNormalizer(bool composes, bool compatible) : INormalizer
{
    /// <summary>The normalizer of a name in tokenizer.json, or null.</summary>
    public static UnicodeNormalizer? Named(string type) => type switch
    {
        "NFC" => new UnicodeNormalizer(composes: true, compatible: false),
        "NFD" => new UnicodeNormalizer(composes: false, compatible: false),
        "NFKC" => new UnicodeNormalizer(composes: true, compatible: true),
        "NFKD" => new UnicodeNormalizer(composes: false, compatible: true),
        _ => null,
    };

    public string Normalize(string text)
    {
        if (CanonicalData.IsStable(text, composes) && !(compatible && CompatibilityData.Occurs(text))) return text;
        List<int> codePoints = new(text.Length + 16);
        for (int at = 0; at < text.Length;)
        {
            int codePoint = CharClasses.CodePointAt(text, at, out int unit);
            if (!compatible || !CompatibilityData.TryDecompose(codePoint, codePoints)) CanonicalData.Decompose(codePoint, codePoints);
            at += unit;
        }
        Reorder(codePoints);
        if (composes) Compose(codePoints);
        return ToText(codePoints);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", $"NF{(compatible ? "K" : "")}{(composes ? "C" : "D")}");
        json.WriteEndObject();
    }

    /// <summary>Sorts each run of marks by combining class, equal classes in their order (D109 of the Unicode standard).</summary>
    private static void Reorder(List<int> codePoints)
    {
        for (int at = 0; at < codePoints.Count;)
        {
            int first = at;
            while (at < codePoints.Count && CanonicalData.ClassOf(codePoints[at]) > 0) at++;
            if (at - first > 1)
            {
                int[] sorted = [.. codePoints.GetRange(first, at - first).OrderBy(CanonicalData.ClassOf)];
                for (int i = 0; i < sorted.Length; i++) codePoints[first + i] = sorted[i];
            }
            if (at == first) at++;
        }
    }

    /// <summary>Joins each starter with the marks that nothing of their class or a higher one separates from it (D117).</summary>
    private static void Compose(List<int> codePoints)
    {
        int starter = -1, kept = 0, lastClass = 0;
        for (int at = 0; at < codePoints.Count; at++)
        {
            int current = codePoints[at], combining = CanonicalData.ClassOf(current);
            bool adjacent = kept == starter + 1;
            if (starter >= 0 && (adjacent || lastClass < combining) && CanonicalData.TryCompose(codePoints[starter], current, out int joined))
            {
                codePoints[starter] = joined;
                continue;
            }
            if (combining == 0) starter = kept;
            lastClass = combining;
            codePoints[kept++] = current;
        }
        codePoints.RemoveRange(kept, codePoints.Count - kept);
    }

    private static string ToText(List<int> codePoints)
    {
        int length = 0;
        foreach (int c in codePoints) length += c < 0x10000 ? 1 : 2;
        return string.Create(length, codePoints, static (span, source) =>
        {
            int at = 0;
            foreach (int c in source)
            {
                if (c < 0x10000)
                {
                    span[at++] = (char)c;
                    continue;
                }
                span[at++] = (char)(0xD7C0 + (c >> 10));
                span[at++] = (char)(0xDC00 | c & 0x3FF);
            }
        });
    }
}
