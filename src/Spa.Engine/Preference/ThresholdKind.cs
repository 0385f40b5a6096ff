namespace Spa.Engine.Preference;

/// <summary>Which extrapolated margins count as too small.</summary>
public enum ThresholdKind : byte
{
    /// <summary>The K-quantile over the latest beta M of every pair visited in this stage, up to the update before.</summary>
    Quantile,

    /// <summary>The released code's window of micro-batch means (docs/algorithm.md section 6).</summary>
    Rolling,

    /// <summary>The K-quantile of the micro-batch at hand.</summary>
    Batch,
}
