namespace Spa.Engine.Reporting;

/// <summary>A row of a table.</summary>
/// <param name="Name">What the row is about.</param>
/// <param name="Cells">One estimate per column.</param>
/// <param name="IsControl">A comparison run, set apart from the stages of the loop.</param>
public sealed record ReportRow(string Name, IReadOnlyList<Estimate> Cells, bool IsControl = false);
