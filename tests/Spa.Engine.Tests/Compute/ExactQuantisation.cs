using Spa.Engine.Compute;

namespace Spa.Engine.Tests.Compute;

/// <summary>Quantised weights in float64 from the papers' formulas: for every weight the values that a code nearest to it may stand for.</summary>
internal static class ExactQuantisation
{
    // Two codes are as near as one another within this: float32 divides by the scale with an error of 1e-7.
    private const double Tie = 1e-6;

    // QLoRA (arXiv 2305.14314), appendix E, in its digits.
    private static readonly double[] s_nf4 =
    [
        -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0,
        0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
    ];

    // bitsandbytes: 12 times a value is 0, 1/16, 2, 3, 4, 6, 8 or 12.
    private static readonly double[] s_fp4 = [.. new[] { 0, 1 / 16.0, 2, 3, 4, 6, 8, 12 }.SelectMany(x => new[] { x / 12, -x / 12 })];

    /// <summary>By element; values lie row by row.</summary>
    public static double[][] Candidates(float[] values, int columns, QuantisedFormat format)
    {
        if (format.Code == WeightCode.Int8)
            return [.. values.Chunk(columns).SelectMany(row => Nearest(row, Largest(row), [.. Enumerable.Range(-127, 255).Select(q => q / 127.0)]).Select(codes => codes.Select(code => code * Largest(row)).ToArray()))];
        float[][] blocks = [.. values.Chunk(64)];
        double[] scales = [.. blocks.Select(Largest)];
        double[][] used = format.IsNested ? Nested(scales) : [.. scales.Select(scale => new[] { scale })];
        double[] book = format.Code == WeightCode.Nf4 ? s_nf4 : s_fp4;
        return [.. blocks.SelectMany((block, i) => Nearest(block, scales[i], book).Select(codes => codes.SelectMany(code => used[i].Select(scale => code * scale)).ToArray()))];
    }

    // Scales less their mean in blocks of 256, by the dynamic map of 8 bits, signed.
    private static double[][] Nested(double[] scales)
    {
        double mean = scales.Average();
        return [.. scales.Select(scale => scale - mean).Chunk(256).SelectMany(block =>
        {
            double largest = block.Max(Math.Abs);
            return block.Select(x => Within(largest == 0 ? 0 : x / largest, Map()).Select(value => value * largest + mean).ToArray());
        })];
    }

    // Decade i of 0 .. 6: middles of 2^i equal parts of [0.1, 1] times 10^(i - 6), with both signs; and 0 and 1.
    private static double[] Map()
    {
        IEnumerable<double> magnitudes = Enumerable.Range(0, 7).SelectMany(i => Enumerable.Range(0, 1 << i).Select(part => Math.Pow(10, i - 6) * (0.1 + 0.9 * (part + 0.5) / (1 << i))));
        return [.. magnitudes.SelectMany(x => new[] { x, -x }), 0, 1];
    }

    private static IEnumerable<double[]> Nearest(float[] values, double scale, double[] book) =>
        values.Select(x => scale == 0 ? [0.0] : Within(x / scale, book).ToArray());

    private static IEnumerable<double> Within(double x, double[] book)
    {
        double least = book.Min(value => Math.Abs(value - x));
        return book.Where(value => Math.Abs(value - x) <= least + Tie);
    }

    private static double Largest(float[] values) => values.Max(x => Math.Abs((double)x));
}
