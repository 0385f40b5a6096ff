namespace Spa.Engine.Reporting.Html;

/// <summary>A section of the page; an empty body leaves it out.</summary>
/// <param name="Id">Anchor.</param>
/// <param name="Title">Heading, plain text.</param>
/// <param name="Lead">One or two sentences on how to read it, plain text.</param>
/// <param name="Body">Finished HTML.</param>
internal sealed record ReportSection(string Id, string Title, string Lead, string Body);
