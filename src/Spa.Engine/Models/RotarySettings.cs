namespace Spa.Engine.Models;

/// <summary>Rotary position embedding: which part of a head is turned, and how fast.</summary>
public sealed record RotarySettings
{
    /// <summary>Base of the geometric series of frequencies.</summary>
    public double Theta { get; init; } = 10000;

    /// <summary>Elements of a head that are rotated, even; the rest passes through.</summary>
    public int Dimensions { get; init; }

    public RotaryScaling Scaling { get; init; }

    public double Factor { get; init; } = 1;

    /// <summary>Llama3 scaling: wavelengths above original length / LowFrequencyFactor are divided by <see cref="Factor"/>.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>Llama3 scaling: wavelengths below original length / HighFrequencyFactor stay.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>Context length that the frequencies were trained for.</summary>
    public int OriginalMaxPositions { get; init; }
}
