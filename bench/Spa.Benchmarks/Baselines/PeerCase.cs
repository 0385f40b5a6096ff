namespace Spa.Benchmarks.Baselines;

/// <summary>What another library took for the work of a case, in milliseconds.</summary>
/// <param name="Op">As in cases.json.</param>
/// <param name="Sizes">Names and values, sorted by name.</param>
/// <param name="Variant">Library or mode.</param>
/// <param name="Cold">Behind a flush of the cache; null: not measured so.</param>
/// <param name="Batch">One call behind the other.</param>
public sealed record PeerCase(string Op, string Sizes, string Variant, double? Cold, double Batch);
