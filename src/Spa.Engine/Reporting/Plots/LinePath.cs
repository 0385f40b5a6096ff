using System.Text;

namespace Spa.Engine.Reporting.Plots;

/// <summary>Turns a run of points into SVG path data of bounded size.</summary>
internal static class LinePath
{
    /// <summary>Columns a line is reduced to: finer than a pixel of the widest chart.</summary>
    private const int Columns = 600;

    /// <summary>Path data of a polyline. Of many points in one column the lowest and the highest stay, so that no spike is lost.</summary>
    public static string Data(IReadOnlyList<PlotPoint> points, PlotFrame frame, AxisScale x)
    {
        StringBuilder data = new();
        foreach (PlotPoint point in Thinned(points))
        {
            data.Append(data.Length == 0 ? 'M' : 'L').Append(SvgWriter.Number(frame.Left + frame.PlotWidth * x.Map(point.X))).Append(' ')
                .Append(SvgWriter.Number(frame.Y(point.Y)));
        }
        return data.ToString();
    }

    /// <summary>Centred moving average over about a tenth of the run; the window narrows towards both ends.</summary>
    public static IReadOnlyList<PlotPoint> Smoothed(IReadOnlyList<PlotPoint> points)
    {
        double[] sums = new double[points.Count + 1];
        for (int i = 0; i < points.Count; i++) sums[i + 1] = sums[i] + points[i].Y;
        // Running sums lose digits when one value dwarfs the others; such a line is drawn as it is.
        if (!double.IsFinite(sums[^1])) return points;
        int reach = Math.Clamp(points.Count / 20, 1, 50);
        return [.. points.Select((point, i) =>
        {
            int half = Math.Min(reach, Math.Min(i, points.Count - 1 - i));
            return point with { Y = (sums[i + half + 1] - sums[i - half]) / (2 * half + 1) };
        })];
    }

    private static IReadOnlyList<PlotPoint> Thinned(IReadOnlyList<PlotPoint> points)
    {
        if (points.Count <= 2 * Columns) return points;
        List<PlotPoint> kept = [];
        for (int column = 0; column < Columns; column++)
        {
            int from = (int)((long)points.Count * column / Columns), to = (int)((long)points.Count * (column + 1) / Columns);
            int low = from, high = from;
            for (int i = from; i < to; i++)
            {
                if (points[i].Y < points[low].Y) low = i;
                if (points[i].Y > points[high].Y) high = i;
            }
            kept.Add(points[Math.Min(low, high)]);
            if (low != high) kept.Add(points[Math.Max(low, high)]);
        }
        return kept;
    }
}
