using System.Globalization;
using System.Text;

namespace Spa.Engine.Reporting.Plots;

/// <summary>Writes SVG elements. Looks come from classes (<see cref="PlotStyle"/>), so one drawing serves light, dark and print.</summary>
internal sealed class SvgWriter
{
    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString();

    /// <summary>A coordinate with two decimals, which is a fiftieth of a pixel on any screen.</summary>
    public static string Number(double value)
    {
        string text = Math.Clamp(value, -1e6, 1e6).ToString("0.##", CultureInfo.InvariantCulture);
        return text == "-0" ? "0" : text;
    }

    public SvgWriter Raw(string markup)
    {
        _text.Append(markup);
        return this;
    }

    public void Line(string style, double x1, double y1, double x2, double y2) =>
        Raw($"<line class=\"{style}\" x1=\"{Number(x1)}\" y1=\"{Number(y1)}\" x2=\"{Number(x2)}\" y2=\"{Number(y2)}\"/>");

    public void Path(string style, string data) => Raw($"<path class=\"{style}\" d=\"{data}\"/>");

    public void Circle(string style, double x, double y, double radius) =>
        Raw($"<circle class=\"{style}\" cx=\"{Number(x)}\" cy=\"{Number(y)}\" r=\"{Number(radius)}\"/>");

    /// <summary>A rectangle, with a tooltip where <paramref name="title"/> is not empty.</summary>
    public void Rect(string style, double x, double y, double width, double height, string title = "")
    {
        string size = $"width=\"{Number(Math.Max(0, width))}\" height=\"{Number(Math.Max(0, height))}\"";
        string shape = $"<rect class=\"{style}\" x=\"{Number(x)}\" y=\"{Number(y)}\" {size}";
        Raw(title.Length == 0 ? shape + "/>" : $"{shape}><title>{Markup.Escape(title)}</title></rect>");
    }

    /// <param name="style">Classes; <c>start</c>, <c>mid</c>, <c>end</c> say which part of the text lies at x.</param>
    /// <param name="x">Anchor.</param>
    /// <param name="y">Baseline.</param>
    /// <param name="text">Plain text, escaped here.</param>
    public void Text(string style, double x, double y, string text) =>
        Raw($"<text class=\"{style}\" x=\"{Number(x)}\" y=\"{Number(y)}\">{Markup.Escape(text)}</text>");
}
