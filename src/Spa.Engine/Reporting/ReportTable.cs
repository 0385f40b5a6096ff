namespace Spa.Engine.Reporting;

/// <summary>A table of numbers with their 95 % intervals.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Columns">The columns after the row names.</param>
/// <param name="Rows">The rows; a cell beyond a row's end is empty.</param>
/// <param name="Note">How to read it, a sentence or two.</param>
public sealed record ReportTable(string Title, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<ReportRow> Rows, string Note = "");
