using Spa.Engine.Evaluation.Statistics;

namespace Spa.Engine.Evaluation;

/// <summary>Pairs of similar confidence.</summary>
/// <param name="Confidence">Their mean confidence.</param>
/// <param name="Accuracy">How often the confident side is right, with its Wilson interval; ties half.</param>
/// <param name="Count">How many.</param>
public readonly record struct CalibrationBin(double Confidence, Interval Accuracy, int Count);
