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

    /// <summary>
    /// Running average: the least-squares line through about a tenth of the points around each one. Unlike a plain mean it neither lags
    /// on a slope nor hooks at the ends, where only one side has points.
    /// </summary>
    public static IReadOnlyList<PlotPoint> Smoothed(IReadOnlyList<PlotPoint> points)
    {
        int reach = Math.Clamp(points.Count / 16, 2, 50);
        return [.. points.Select((point, i) =>
            point with { Y = LineThrough(points, Math.Max(0, i - reach), Math.Min(points.Count - 1, i + reach), point) })];
    }

    private static double LineThrough(IReadOnlyList<PlotPoint> points, int first, int last, PlotPoint at)
    {
        double x = 0, y = 0, xx = 0, xy = 0, count = last - first + 1;
        for (int i = first; i <= last; i++)
        {
            x += (points[i].X - at.X) / count;
            y += points[i].Y / count;
        }
        for (int i = first; i <= last; i++)
        {
            double dx = points[i].X - at.X - x;
            xx += dx * dx;
            xy += dx * (points[i].Y - y);
        }
        double smooth = xx > 0 ? y - x * xy / xx : y;
        return double.IsFinite(smooth) ? smooth : at.Y;
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
