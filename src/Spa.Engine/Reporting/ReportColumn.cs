namespace Spa.Engine.Reporting;

/// <summary>A column of numbers.</summary>
/// <param name="Name">Heading.</param>
/// <param name="Style">How its numbers are printed.</param>
/// <param name="Plot">Also draws the column as bars with error bars.</param>
/// <param name="Reference">Value of a dashed line in that drawing, such as 0.5 for chance; NaN without one.</param>
/// <param name="ReferenceLabel">What the dashed line is.</param>
public sealed record ReportColumn(string Name, NumberStyle Style = NumberStyle.Number, bool Plot = false, double Reference = double.NaN,
    string ReferenceLabel = "");
