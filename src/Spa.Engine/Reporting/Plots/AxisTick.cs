namespace Spa.Engine.Reporting.Plots;

/// <summary>A labelled value on an axis.</summary>
internal readonly record struct AxisTick(double Value, string Label);
