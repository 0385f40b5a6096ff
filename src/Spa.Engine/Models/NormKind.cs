namespace Spa.Engine.Models;

public enum NormKind : byte
{
    /// <summary>Root mean square, no mean, no bias.</summary>
    Rms,

    /// <summary>Mean and variance, with bias.</summary>
    Layer,
}
