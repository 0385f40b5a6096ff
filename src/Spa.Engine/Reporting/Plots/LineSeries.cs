namespace Spa.Engine.Reporting.Plots;

/// <summary>A named line.</summary>
/// <param name="Name">For legend and tooltip.</param>
/// <param name="Points">In ascending x; a y that is not finite makes a gap.</param>
public sealed record LineSeries(string Name, IReadOnlyList<PlotPoint> Points);
