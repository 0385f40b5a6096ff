namespace Spa.Engine.Reporting.Plots;

/// <summary>A named stretch of the x axis, such as a stage of a run; lines do not cross its borders.</summary>
public readonly record struct PlotSpan(double From, double To, string Name);
