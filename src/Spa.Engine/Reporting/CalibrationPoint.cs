namespace Spa.Engine.Reporting;

/// <summary>Pairs of similar confidence: how sure the judge was on average, and how often it was right.</summary>
public sealed record CalibrationPoint(double Confidence, Estimate Accuracy, long Pairs);
