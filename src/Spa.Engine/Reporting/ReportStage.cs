namespace Spa.Engine.Reporting;

/// <summary>A stage's folder name and what people call it: <c>stage-0-seed</c>, "Seed DPO".</summary>
public sealed record ReportStage(string Id, string Name);
