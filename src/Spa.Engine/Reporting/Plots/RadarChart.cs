using System.Text;

namespace Spa.Engine.Reporting.Plots;

/// <summary>One axis per group around a centre, from 0 to a common end, a polygon per series: scores by category.</summary>
public sealed record RadarChart : Chart
{
    // Room for names above, below and beside the circle.
    private const double Radius = 98, NameGap = 10;
    private const int Rings = 5, NameGlyphs = 16;

    /// <summary>Names of the axes, clockwise from the top; three or more.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>A value per axis; one that is not measured leaves a gap.</summary>
    public required IReadOnlyList<BarSeries> Series { get; init; }

    /// <summary>The value at the rim.</summary>
    public required double End { get; init; }

    public NumberStyle Style { get; init; }

    internal override IReadOnlyList<string> SeriesNames => [.. Series.Select(series => series.Name)];

    internal override bool HasData => Groups.Count >= 3 && Series.Any(series => series.Values.Any(value => value.IsMeasured));

    internal override void Draw(SvgWriter svg)
    {
        for (int ring = 1; ring <= Rings; ring++) svg.Path(ring == Rings ? "ring axis" : "ring grid", Polygon(Enumerable.Repeat((double)ring / Rings, Groups.Count)));
        for (int axis = 0; axis < Groups.Count; axis++)
        {
            (double x, double y) = At(axis, 1);
            svg.Line("grid", CentreX, CentreY, x, y);
            DrawName(svg, axis);
        }

        // The rim's value would run into the name above it; the note says it.
        for (int ring = 1; ring < Rings; ring++)
            svg.Text("tick start", CentreX + 3, CentreY - Radius * ring / Rings + 4, NumberText.Format(new Estimate(End * ring / Rings), Style));
        for (int series = 0; series < Series.Count; series++) DrawSeries(svg, series);
    }

    private static double CentreX => PlotFrame.Width / 2;

    private static double CentreY => PlotFrame.Height / 2;

    private void DrawSeries(SvgWriter svg, int index)
    {
        string colour = PlotStyle.Series(index);
        double?[] shares = [.. Groups.Select((_, axis) => Share(Series[index], axis))];
        svg.Raw($"<g class=\"series g{index + 1}\">");
        if (shares.All(share => share is not null)) svg.Path($"line {colour}", Polygon(shares.Select(share => share!.Value)));
        for (int axis = 0; axis < shares.Length; axis++)
        {
            if (shares[axis] is not { } share) continue;
            (double x, double y) = At(axis, share);
            svg.Circle($"dot {colour}", x, y, 2.8);
            Estimate value = Series[index].Values[axis];
            string interval = value.HasInterval ? $"\n95% interval {NumberText.Range(value, Style)}" : "";
            svg.Rect("band", x - 8, y - 8, 16, 16, $"{Groups[axis]}, {Series[index].Name}: {NumberText.Format(value, Style)}{interval}");
        }

        svg.Raw("</g>");
    }

    private void DrawName(SvgWriter svg, int axis)
    {
        double angle = Angle(axis), across = Math.Sin(angle);
        double x = CentreX + (Radius + NameGap) * across, y = CentreY - (Radius + NameGap) * Math.Cos(angle) + 4;
        string side = Math.Abs(across) < 0.1 ? "mid" : across > 0 ? "start" : "end";
        svg.Text($"tick {side}", x, y, PlotFrame.Shorten(Groups[axis], NameGlyphs));
    }

    private double? Share(BarSeries series, int axis) =>
        axis < series.Values.Count && series.Values[axis] is { IsMeasured: true } value ? Math.Clamp(value.Value / End, 0, 1) : null;

    private string Polygon(IEnumerable<double> shares)
    {
        StringBuilder path = new();
        foreach ((double share, int axis) in shares.Select((share, axis) => (share, axis)))
        {
            (double x, double y) = At(axis, share);
            path.Append(path.Length == 0 ? 'M' : 'L').Append(SvgWriter.Number(x)).Append(' ').Append(SvgWriter.Number(y));
        }

        return path.Append('Z').ToString();
    }

    private (double X, double Y) At(int axis, double share) => (CentreX + Radius * share * Math.Sin(Angle(axis)), CentreY - Radius * share * Math.Cos(Angle(axis)));

    private double Angle(int axis) => 2 * Math.PI * axis / Groups.Count;
}
