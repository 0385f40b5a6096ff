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

    /// <summary>Factor on cosines and sines (Yarn, LongRope).</summary>
    public double AttentionFactor { get; init; } = 1;

    /// <summary>Yarn: dimensions that turn more often than this within the original length keep their frequency.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>Yarn: dimensions that turn less often than this are divided by <see cref="Factor"/>.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>Yarn: the ends of the ramp are rounded to whole dimensions.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>LongRope: divisors of the frequencies of sequences up to the original length.</summary>
    public IReadOnlyList<double> ShortFactors { get; init; } = [];

    /// <summary>LongRope: divisors for longer sequences.</summary>
    public IReadOnlyList<double> LongFactors { get; init; } = [];

    /// <summary>
    /// What a sequence's length changes about its frequencies: sequences of one regime are rotated alike from their first token on, those of
    /// different regimes are not, and keys in a cache are good for one regime. 0 up to the original length.
    /// </summary>
    public int Regime(int length) => length <= OriginalMaxPositions ? 0 : Scaling switch
    {
        RotaryScaling.LongRope => 1,
        RotaryScaling.Dynamic => length,
        _ => 0,
    };
}
