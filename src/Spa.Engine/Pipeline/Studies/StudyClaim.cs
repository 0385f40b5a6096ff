namespace Spa.Engine.Pipeline.Studies;

/// <summary>A statement that the study judges by rule (<see cref="Verdict"/>).</summary>
/// <param name="Text">The statement.</param>
/// <param name="Source">Where it comes from, with the published figures.</param>
/// <param name="Experiment">Where it is measured.</param>
/// <param name="Metric">By what.</param>
/// <param name="Differences">Each must be above 0 for the claim to hold.</param>
/// <param name="Untested">Why it cannot be measured at this size; null: it is measured.</param>
public sealed record StudyClaim(string Text, string Source, string Experiment, StudyMetric Metric, IReadOnlyList<StudyDifference> Differences, string? Untested);
