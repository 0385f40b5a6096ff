namespace Spa.Benchmarks.Baselines;

/// <summary>Something that the caller must mend; its message is one line.</summary>
public sealed class BaselineException(string message, Exception? inner = null) : Exception(message, inner);
