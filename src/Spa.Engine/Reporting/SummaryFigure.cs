namespace Spa.Engine.Reporting;

/// <summary>One of the figures on top of the report.</summary>
/// <param name="Label">What it is, two or three words.</param>
/// <param name="Value">The number with its interval.</param>
/// <param name="Style">How it is printed.</param>
/// <param name="Note">What to compare it with, a few words.</param>
public sealed record SummaryFigure(string Label, Estimate Value, NumberStyle Style = NumberStyle.Number, string Note = "");
