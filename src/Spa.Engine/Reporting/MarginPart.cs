namespace Spa.Engine.Reporting;

/// <summary>Pairs whose margin lies between two sizes, and how often the judge was right about them.</summary>
public sealed record MarginPart(double From, double To, Estimate Accuracy, long Pairs);
