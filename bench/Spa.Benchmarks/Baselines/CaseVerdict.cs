namespace Spa.Benchmarks.Baselines;

/// <summary>What became of a case since the baseline.</summary>
public enum CaseVerdict
{
    /// <summary>No change beyond noise and threshold.</summary>
    Same,

    Faster,

    /// <summary>A regression.</summary>
    Slower,

    /// <summary>It allocates more than before; a regression, whatever its time.</summary>
    Allocates,

    /// <summary>Not in the baseline.</summary>
    New,

    /// <summary>Only in the baseline.</summary>
    NotRun,

    /// <summary>Another machine, and no ceiling to divide by.</summary>
    NotComparable,
}
