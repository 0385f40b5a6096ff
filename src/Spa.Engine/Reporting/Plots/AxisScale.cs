namespace Spa.Engine.Reporting.Plots;

/// <summary>Maps data to a stretch of the drawing, linearly or by logarithm, and chooses round tick values.</summary>
internal sealed class AxisScale
{
    /// <summary>
    /// Values beyond this are drawn at it, and those closer to 0 than its inverse at 0: steps and differences then stay finite.
    /// </summary>
    private const double Largest = 1e300;

    private readonly double _low;
    private readonly double _high;

    private AxisScale(double low, double high, bool isLog, IReadOnlyList<AxisTick> ticks)
    {
        (_low, _high, IsLog, Ticks) = (low, high, isLog, ticks);
    }

    /// <summary>True where positions follow the decimal logarithm.</summary>
    public bool IsLog { get; }

    /// <summary>Round values inside the axis, ascending.</summary>
    public IReadOnlyList<AxisTick> Ticks { get; }

    /// <summary>Position in [0, 1] of a value, beyond that outside the axis; NaN where the axis has no place for it.</summary>
    public double Map(double value)
    {
        double place = IsLog ? (value > 0 ? Decade(value) : double.NaN) : Clamp(value);
        return (place - _low) / (_high - _low);
    }

    /// <summary>An axis over the finite values, its ends on ticks.</summary>
    /// <param name="values">Data; values that are not finite do not count. None at all gives an axis from 0 to 1.</param>
    /// <param name="style">How ticks are printed.</param>
    /// <param name="ticks">Number of ticks to aim at.</param>
    public static AxisScale Rounded(IEnumerable<double> values, NumberStyle style, int ticks = 5)
    {
        (double low, double high) = Span(values);
        double step = NiceStep((high - low) / ticks);
        low = Math.Floor(low / step + 1e-9) * step;
        high = Math.Ceiling(high / step - 1e-9) * step;
        return new(low, high, false, LinearTicks(low, high, step, style));
    }

    /// <summary>An axis exactly over the finite values, with ticks inside: for x, where the data should fill the width.</summary>
    public static AxisScale Exact(IEnumerable<double> values, NumberStyle style, int ticks = 6)
    {
        (double low, double high) = Span(values);
        double step = NiceStep((high - low) / ticks);
        if (style == NumberStyle.Count) step = Math.Max(1, step);
        return new(low, high, false, LinearTicks(low, high, step, style));
    }

    /// <summary>A logarithmic axis over the positive values; where there is none, the linear one.</summary>
    public static AxisScale Log(IEnumerable<double> values, NumberStyle style)
    {
        double[] positive = [.. values.Where(value => value > 0 && double.IsFinite(value)).Select(Decade)];
        if (positive.Length == 0) return Rounded([], style);
        double low = positive.Min(), high = positive.Max();
        if (high - low < 0.3) (low, high) = (low - 0.15, high + 0.15);
        int first = (int)Math.Floor(low), last = (int)Math.Ceiling(high), every = Math.Max(1, (last - first + 5) / 6);
        // Over few decades these alone are too few ticks: 2 and 5 are added and the axis ends at such a value.
        double[] steps = high - low <= 2.5 ? [1, 2, 5] : [1];
        double[] marks = [.. Enumerable.Range(first, last - first + 1).Where(decade => (decade - first) % every == 0)
            .SelectMany(decade => steps.Select(step => decade + Math.Log10(step)))];
        low = marks.Where(mark => mark <= low + 1e-9).DefaultIfEmpty(low).Max();
        high = marks.Where(mark => mark >= high - 1e-9).DefaultIfEmpty(high).Min();
        return new(low, high, true, [.. marks.Where(mark => mark >= low - 1e-9 && mark <= high + 1e-9)
            .Select(mark => LogTick(mark, style))]);
    }

    private static AxisTick LogTick(double mark, NumberStyle style)
    {
        double value = Math.Pow(10, mark), rounded = double.Parse(value.ToString("e1"));
        return new(rounded, style == NumberStyle.Number ? NumberText.Significant(rounded, 2).Replace('-', '−')
            : NumberText.Format(rounded, style));
    }

    /// <summary>Lowest and highest finite value, moved apart where they are equal.</summary>
    private static (double Low, double High) Span(IEnumerable<double> values)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double value in values)
        {
            if (!double.IsFinite(value)) continue;
            low = Math.Min(low, Clamp(value));
            high = Math.Max(high, Clamp(value));
        }
        if (low > high) return (0, 1);
        // Closer than float64 can divide into ticks counts as equal.
        double size = Math.Max(Math.Abs(low), Math.Abs(high));
        if (high - low > size * 1e-12) return (low, high);
        double half = size > 0 ? size * 0.1 : 0.5;
        return (low - half, high + half);
    }

    /// <summary>The smallest of 1, 2, 5 times a power of ten that is not below the wish.</summary>
    private static double NiceStep(double wish)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(wish))), mantissa = wish / power;
        return power * (mantissa <= 1 + 1e-9 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10);
    }

    private static List<AxisTick> LinearTicks(double low, double high, double step, NumberStyle style)
    {
        List<AxisTick> ticks = [];
        double first = Math.Ceiling(low / step - 1e-9);
        for (int i = 0; i <= 50; i++)
        {
            double value = (first + i) * step;
            if (value > high + step * 1e-6) break;
            if (Math.Abs(value) < step * 1e-6) value = 0;
            ticks.Add(new(value, Label(value, step, style)));
        }
        return ticks;
    }

    /// <summary>As many decimals as the step needs, so that neighbours differ and line up.</summary>
    private static string Label(double value, double step, NumberStyle style)
    {
        if (style is NumberStyle.Duration or NumberStyle.Bytes) return NumberText.Format(value, style);
        double scale = style == NumberStyle.Percent ? 100 : 1, shown = value * scale;
        int decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(step * scale) + 1e-9));
        string text = decimals > 4 || Math.Abs(shown) >= 1e6 ? NumberText.Significant(shown, 4)
            : shown.ToString("#,0." + new string('0', decimals));
        return (style == NumberStyle.Percent ? text + "%" : text).Replace('-', '−');
    }

    private static double Decade(double positive) => Math.Log10(Math.Clamp(positive, 1 / Largest, Largest));

    private static double Clamp(double value) => Math.Abs(value) < 1 / Largest ? 0 : Math.Clamp(value, -Largest, Largest);
}
