namespace Spa.Benchmarks.Baselines;

/// <summary>What is kept of a case.</summary>
/// <param name="Name">Type, method and parameters.</param>
/// <param name="Nanoseconds">Time of a call.</param>
/// <param name="Samples">Iterations that it is the median of.</param>
/// <param name="Gflops">10^9 operations a second at the median; null where the case does not say.</param>
/// <param name="Gigabytes">10^9 bytes a second at the median; null where the case does not say.</param>
/// <param name="OfCeiling">Share of the speed that the ceilings of the same run allow; null without them. See <see cref="Ceilings"/>.</param>
/// <param name="Allocated">Managed bytes of a call.</param>
public sealed record BaselineCase(string Name, Measure Nanoseconds, int Samples, double? Gflops, double? Gigabytes, Measure? OfCeiling, long Allocated);
