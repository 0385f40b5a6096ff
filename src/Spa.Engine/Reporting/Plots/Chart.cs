namespace Spa.Engine.Reporting.Plots;

/// <summary>
/// A chart that draws itself as SVG. Title and legend are set by what surrounds it: HTML in the report, SVG text in a file of its own.
/// </summary>
public abstract record Chart
{
    /// <summary>What is shown, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The unit, or how to read it; shown muted beside the title.</summary>
    public string Note { get; init; } = "";

    /// <summary>The note, with what else must be said about the drawing.</summary>
    internal virtual string Caption => Note;

    /// <summary>Names of the series in colour order; one unnamed series needs no legend.</summary>
    internal abstract IReadOnlyList<string> SeriesNames { get; }

    /// <summary>False where no finite number is to be shown; such a chart is left out of the report.</summary>
    internal abstract bool HasData { get; }

    /// <summary>Height of the drawing, whose width is <see cref="PlotFrame.Width"/>.</summary>
    internal virtual double Height => PlotFrame.Height;

    /// <summary>Draws axes and data in <see cref="PlotFrame.Width"/> x <see cref="Height"/>.</summary>
    internal abstract void Draw(SvgWriter svg);

    /// <summary>
    /// A complete SVG file with title, legend and its own colours, light and dark: for a README or a paper.
    /// </summary>
    public string ToSvg() => StandaloneSvg.Render(this);
}
