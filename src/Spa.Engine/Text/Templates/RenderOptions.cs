namespace Spa.Engine.Text;

/// <summary>What a rendering takes from outside its context.</summary>
public sealed record RenderOptions
{
    public static RenderOptions Default { get; } = new();

    /// <summary>What <c>strftime_now</c> reads, as local time; <see cref="FixedClock"/> freezes it.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public TemplateLimits Limits { get; init; } = TemplateLimits.Default;
}
