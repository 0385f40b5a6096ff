namespace Spa.Engine.Reporting.Plots;

/// <summary>A point in the units of the data.</summary>
public readonly record struct PlotPoint(double X, double Y);
