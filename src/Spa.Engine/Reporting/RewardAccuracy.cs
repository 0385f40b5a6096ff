namespace Spa.Engine.Reporting;

/// <summary>Agreement of the implicit reward with held-out labels.</summary>
/// <param name="Stage">Folder name of the stage.</param>
/// <param name="Bucket">The pairs' length bucket, such as "64 to 127 tokens"; buckets appear in the order of their first mention.</param>
/// <param name="Accuracy">Share of pairs ordered as labelled.</param>
/// <param name="Pairs">Number of pairs in the bucket.</param>
public sealed record RewardAccuracy(string Stage, string Bucket, Estimate Accuracy, long Pairs);
