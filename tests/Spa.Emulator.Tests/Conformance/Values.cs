namespace Spa.Emulator.Tests.Conformance;

/// <summary>Operands that are worth a test: the edges of each type, and some from a fixed sequence.</summary>
internal static class Values
{
    private const int Random = 6;

    public static ulong[] Integers(int bits)
    {
        ulong mask = bits == 64 ? ulong.MaxValue : (1UL << bits) - 1, top = 1UL << bits - 1;
        List<ulong> values = [0, 1, 2, mask, mask - 1, top, top - 1, top + 1, 31, 32, 0xAAAA_AAAA_AAAA_AAAA & mask];
        ulong state = 0x9E37_79B9_7F4A_7C15;
        for (int i = 0; i < Random; i++) values.Add(Next(ref state) >> i * 7 % bits & mask);
        return [.. values.Distinct()];
    }

    public static ulong[] Floats(FloatFormat f)
    {
        ulong one = (ulong)f.Bias << f.Fraction, fraction = 1UL << f.Fraction;
        List<ulong> values =
        [
            0, f.Sign, 1, f.Sign | 1, fraction - 1, fraction, f.Sign | fraction, one, f.Sign | one, one + 1, one - 1, one + fraction / 2, one + fraction + fraction / 2, one / 2,
            f.Infinity - 1, f.Sign | (f.Infinity - 1), f.Infinity, f.Sign | f.Infinity, f.Infinity | fraction / 2, f.Sign | f.Infinity | 1,
        ];
        ulong state = 0xD1B5_4A32_D192_ED03, mask = f.Bits == 64 ? ulong.MaxValue : (1UL << f.Bits) - 1;
        // Numbers near 1, whose sums and products have rests of all kinds.
        for (int i = 0; i < Random; i++) values.Add((Next(ref state) & (f.Sign | fraction - 1)) | one + (ulong)(i - 3) * fraction & mask);
        return [.. values];
    }

    /// <summary>About <paramref name="count"/> tuples that hold every value in every place and mix them by fixed strides.</summary>
    public static IEnumerable<ulong[]> Tuples(int count, params ulong[][] sets)
    {
        HashSet<string> seen = [];
        int[] strides = [1, 5, 11, 3];
        for (int i = 0; i < count * 3 && seen.Count < count; i++)
        {
            ulong[] tuple = [.. sets.Select((set, n) => set[(i * strides[n] + i / set.Length * (2 * n + 1)) % set.Length])];
            if (seen.Add(string.Join(' ', tuple))) yield return tuple;
        }
    }

    private static ulong Next(ref ulong state)
    {
        ulong z = state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ z >> 30) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ z >> 27) * 0x94D0_49BB_1331_11EB;
        return z ^ z >> 31;
    }
}
