namespace Spa.Engine.Reporting;

/// <summary>Duration of a phase.</summary>
/// <param name="Phase">Name such as <c>stage-1/sample</c>.</param>
/// <param name="Seconds">Time spent, over all resumptions.</param>
/// <param name="Tokens">Tokens processed; 0 where the phase has none.</param>
public sealed record PhaseTiming(string Phase, double Seconds, long Tokens = 0);
