namespace Spa.Engine.Reporting;

/// <summary>A number to print, with the bounds of its 95 % interval where it has one; NaN stands for "not measured".</summary>
public readonly record struct Estimate(double Value, double Low = double.NaN, double High = double.NaN)
{
    /// <summary>Nothing to print.</summary>
    public static Estimate None { get; } = new(double.NaN);

    /// <summary>True where both bounds are finite.</summary>
    public bool HasInterval => double.IsFinite(Low) && double.IsFinite(High);

    /// <summary>True where there is a finite value.</summary>
    public bool IsMeasured => double.IsFinite(Value);
}
