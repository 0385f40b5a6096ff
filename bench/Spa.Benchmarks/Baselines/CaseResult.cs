namespace Spa.Benchmarks.Baselines;

/// <summary>A measured case.</summary>
/// <param name="Name">Type, method and parameters.</param>
/// <param name="Nanoseconds">Time of a call in every iteration.</param>
/// <param name="Flops">Operations of a call; 0 where the case does not say.</param>
/// <param name="Bytes">Bytes of a call; 0 where the case does not say.</param>
/// <param name="Allocated">Managed bytes of a call.</param>
/// <param name="Threads">The parameter of that name, or null.</param>
public sealed record CaseResult(string Name, double[] Nanoseconds, double Flops, double Bytes, long Allocated, int? Threads);
