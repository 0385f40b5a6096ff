namespace Spa.Engine.Compute;

/// <summary>
/// The 256 values of an 8-bit number below 1, a moment of an optimiser or a scale of weights (Dettmers et al. 2022; bitsandbytes' create_dynamic_map with 7 exponent bits): decade i of 0 .. 6 is 10^(i - 6) times the middles of n equal
/// parts of [0.1, 1], n = first 2^i, and there are 0 and 1; the signed map also has the decades' negatives. Codes are ordered by value.
/// </summary>
internal sealed class DynamicMap
{
    private const int Decades = 7;

    // Of the signed map's codes the one of 0; a magnitude k is the code 127 + k or 127 - k.
    private const int SignedZero = 127;

    private static readonly float[] s_units = [1e6f, 1e5f, 1e4f, 1e3f, 1e2f, 1e1f, 1];

    private readonly int _first;
    private readonly float[] _magnitudes;

    private DynamicMap(int first, bool isSigned)
    {
        _first = first;
        List<float> magnitudes = [0];
        for (int decade = 0; decade < Decades; decade++)
        {
            // Divided step by step and rounded once, as the kernel makes it: the values must be the same floats.
            double scale = 1;
            for (int i = decade; i < Decades - 1; i++) scale /= 10;
            int parts = first << decade;
            for (int part = 0; part < parts; part++) magnitudes.Add((float)(scale * (0.1 + 0.9 * (part + 0.5) / parts)));
        }

        magnitudes.Add(1);
        _magnitudes = [.. magnitudes];
        Values = new float[256];
        for (int code = 0; code < 256; code++)
            Values[code] = !isSigned ? _magnitudes[code] : code >= SignedZero ? _magnitudes[code - SignedZero] : -_magnitudes[SignedZero - code];
    }

    /// <summary>Of first moments and of scales without their mean.</summary>
    public static DynamicMap Signed { get; } = new(1, isSigned: true);

    /// <summary>Of second moments.</summary>
    public static DynamicMap Unsigned { get; } = new(2, isSigned: false);

    /// <summary>By code.</summary>
    public float[] Values { get; }

    /// <summary>The code of the value nearest to x of [-1, 1]; of two as near the smaller magnitude. There is no -1.</summary>
    public int EncodeSigned(float x)
    {
        int k = Nearest(MathF.Abs(x));
        return x < 0 ? SignedZero - Math.Min(k, SignedZero) : SignedZero + k;
    }

    /// <summary>The code of the value nearest to x of [0, 1], but not 0's where the moment is positive.</summary>
    public int EncodeUnsigned(float x, bool isPositive)
    {
        int k = Nearest(x);
        return k == 0 && isPositive ? 1 : k;
    }

    // The decade, and the part of it that x lies in: its middle or a neighbour of it is the nearest.
    private int Nearest(float x)
    {
        int decade = (x >= 1e-6f ? 1 : 0) + (x >= 1e-5f ? 1 : 0) + (x >= 1e-4f ? 1 : 0) + (x >= 1e-3f ? 1 : 0) + (x >= 1e-2f ? 1 : 0) + (x >= 1e-1f ? 1 : 0);
        int parts = _first << decade, part = (int)((x * s_units[decade] - 0.1f) * (1 / 0.9f) * parts);
        int last = _magnitudes.Length - 1, k = x < 1e-7f ? 0 : Math.Max(0, Math.Min(parts - 1, part)) + parts - _first + 1;
        float value = _magnitudes[k];
        int other = x > value ? Math.Min(k + 1, last) : Math.Max(k - 1, 0);
        float distance = MathF.Abs(x - value), otherDistance = MathF.Abs(x - _magnitudes[other]);
        return otherDistance < distance || (otherDistance == distance && other < k) ? other : k;
    }
}
