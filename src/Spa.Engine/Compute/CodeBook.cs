namespace Spa.Engine.Compute;

/// <summary>The 16 values of a 4-bit code, in [-1, 1], and the code of the value nearest to a number.</summary>
public sealed class CodeBook
{
    private readonly byte[] _codes;
    private readonly float[] _middles;

    private CodeBook(params float[] values)
    {
        Values = values;
        // By value; of two zeros the first is the one that is written.
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(code => values[code]).DistinctBy(code => values[code])];
        _codes = new byte[values.Length];
        _middles = new float[values.Length - 1];
        for (int i = 0; i < values.Length; i++)
        {
            int at = Math.Min(i, order.Length - 1);
            _codes[i] = (byte)order[at];
            if (i < _middles.Length) _middles[i] = i + 1 < order.Length ? (float)(((double)values[order[i]] + values[order[i + 1]]) / 2) : float.PositiveInfinity;
        }
    }

    /// <summary>Dettmers et al. 2023, appendix E.</summary>
    public static CodeBook Nf4 { get; } = new(
        -1, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0,
        0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1);

    /// <summary>bitsandbytes' fp4: the values 0, 1/192, 2/3, 1, 1/3, 1/2, 1/6, 1/4, and from code 8 on their negatives.</summary>
    public static CodeBook Fp4 { get; } = new(
        0, 0.00520833333f, 0.66666667f, 1, 0.33333333f, 0.5f, 0.16666667f, 0.25f, 0, -0.00520833333f, -0.66666667f, -1, -0.33333333f, -0.5f, -0.16666667f, -0.25f);

    /// <summary>By code.</summary>
    public IReadOnlyList<float> Values { get; }

    /// <summary>The book of a 4-bit code.</summary>
    public static CodeBook Of(WeightCode code) => code switch
    {
        WeightCode.Nf4 => Nf4,
        WeightCode.Fp4 => Fp4,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "expected a 4-bit code"),
    };

    /// <summary>What <see cref="QuantisedWeight.Tables"/> holds for a format.</summary>
    public static float[] Tables(QuantisedFormat format) => [.. format.Code == WeightCode.Int8 ? new float[16] : Of(format.Code).Values, .. DynamicMap.Signed.Values];

    /// <summary>The code of the value nearest to x; of two as near the lower value's.</summary>
    public int Nearest(float x)
    {
        // The number of middles below x, by halves.
        int at = x > _middles[7] ? 8 : 0;
        at += x > _middles[at + 3] ? 4 : 0;
        at += x > _middles[at + 1] ? 2 : 0;
        at += x > _middles[at] ? 1 : 0;
        return _codes[at];
    }
}
