using System.Collections.Frozen;

namespace Spa.Engine.Text.Tokenization;

/// <summary>Look-ups into the canonical tables, with Hangul computed (section 3.12 of the Unicode standard).</summary>
internal static class CanonicalData
{
    private const int LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7, SyllableBase = 0xAC00;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28, SyllableCount = LeadCount * VowelCount * TrailCount;

    private static readonly FrozenDictionary<int, int> s_classes = BuildClasses();
    private static readonly FrozenDictionary<long, int> s_compositions = BuildCompositions();
    private static readonly FrozenDictionary<int, (int First, int Second)> s_decompositions = BuildDecompositions();
    private static readonly FrozenSet<int> s_mayChangeComposed = BuildMayChange();

    public static int ClassOf(int codePoint) => codePoint < 0x300 ? 0 : s_classes.GetValueOrDefault(codePoint);

    /// <summary>A quick look: true means that the text is normalized already, false that it may not be.</summary>
    public static bool IsStable(string text, bool composed)
    {
        int first = text.AsSpan().IndexOfAnyExceptInRange('\0', composed ? '\u02FF' : '\u007F');
        if (first < 0) return true;
        for (int at = first; at < text.Length;)
        {
            int codePoint = CharClasses.CodePointAt(text, at, out int unit);
            if (composed ? MayChangeComposed(codePoint) : MayChangeDecomposed(codePoint)) return false;
            at += unit;
        }
        return true;
    }

    /// <summary>Appends the full canonical decomposition.</summary>
    public static void Decompose(int codePoint, List<int> output)
    {
        if (IsSyllable(codePoint))
        {
            int index = codePoint - SyllableBase;
            output.Add(LeadBase + index / (VowelCount * TrailCount));
            output.Add(VowelBase + index % (VowelCount * TrailCount) / TrailCount);
            if (index % TrailCount > 0) output.Add(TrailBase + index % TrailCount);
            return;
        }
        if (codePoint < 0x80 || !s_decompositions.TryGetValue(codePoint, out (int First, int Second) parts))
        {
            output.Add(codePoint);
            return;
        }
        Decompose(parts.First, output); // the tables nest at most four deep
        if (parts.Second > 0) Decompose(parts.Second, output);
    }

    public static bool TryCompose(int first, int second, out int joined)
    {
        if (first - LeadBase is >= 0 and < LeadCount && second - VowelBase is >= 0 and < VowelCount)
        {
            joined = SyllableBase + ((first - LeadBase) * VowelCount + second - VowelBase) * TrailCount;
            return true;
        }
        if (IsSyllable(first) && (first - SyllableBase) % TrailCount == 0 && second - TrailBase is > 0 and < TrailCount)
        {
            joined = first + second - TrailBase;
            return true;
        }
        return s_compositions.TryGetValue((long)first << 32 | (uint)second, out joined);
    }

    private static bool IsSyllable(int codePoint) => codePoint - SyllableBase is >= 0 and < SyllableCount;

    private static bool MayChangeComposed(int codePoint) => codePoint >= 0x300 && s_mayChangeComposed.Contains(codePoint);

    private static bool MayChangeDecomposed(int codePoint) =>
        ClassOf(codePoint) > 0 || IsSyllable(codePoint) || s_decompositions.ContainsKey(codePoint);

    private static FrozenDictionary<int, int> BuildClasses()
    {
        Dictionary<int, int> classes = [];
        ReadOnlySpan<int> ranges = CombiningClasses.Ranges;
        for (int i = 0; i < ranges.Length; i += 3)
            for (int c = ranges[i]; c <= ranges[i + 1]; c++) classes.Add(c, ranges[i + 2]);
        return classes.ToFrozenDictionary();
    }

    private static FrozenDictionary<long, int> BuildCompositions()
    {
        Dictionary<long, int> compositions = [];
        ReadOnlySpan<int> triples = CanonicalCompositions.Triples;
        for (int i = 0; i < triples.Length; i += 3) compositions.Add((long)triples[i] << 32 | (uint)triples[i + 1], triples[i + 2]);
        return compositions.ToFrozenDictionary();
    }

    private static FrozenDictionary<int, (int First, int Second)> BuildDecompositions()
    {
        Dictionary<int, (int First, int Second)> parts = [];
        ReadOnlySpan<int> triples = CanonicalCompositions.Triples;
        for (int i = 0; i < triples.Length; i += 3) parts.Add(triples[i + 2], (triples[i], triples[i + 1]));
        triples = CanonicalDecompositions.ExcludedTriples;
        for (int i = 0; i < triples.Length; i += 3) parts.Add(triples[i], (triples[i + 1], triples[i + 2]));
        ReadOnlySpan<int> runs = CanonicalDecompositions.SingletonRuns;
        for (int i = 0; i < runs.Length; i += 2 + runs[i + 1])
            for (int j = 0; j < runs[i + 1]; j++) parts.Add(runs[i] + j, (runs[i + 2 + j], 0));
        return parts.ToFrozenDictionary();
    }

    /// <summary>What is not surely stable under NFC: marks, second parts of a composition, and what NFC always takes apart.</summary>
    private static FrozenSet<int> BuildMayChange()
    {
        HashSet<int> set = [.. BuildClasses().Keys];
        ReadOnlySpan<int> triples = CanonicalCompositions.Triples;
        HashSet<int> composed = [];
        for (int i = 0; i < triples.Length; i += 3)
        {
            set.Add(triples[i + 1]);
            composed.Add(triples[i + 2]);
        }
        set.UnionWith(BuildDecompositions().Keys.Where(c => !composed.Contains(c)));
        set.UnionWith(Enumerable.Range(VowelBase, VowelCount));
        set.UnionWith(Enumerable.Range(TrailBase + 1, TrailCount - 1));
        return set.ToFrozenSet();
    }
}
