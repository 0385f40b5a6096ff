namespace Spa.Engine.Pipeline.Judges;

/// <summary>A judge's answer to a <see cref="PairQuestion"/>.</summary>
/// <param name="FirstWins">Probability that the response shown first is the better one; NaN without a verdict.</param>
/// <param name="Mass">Probability that the judge says one of its two verdicts at all; little of it means that it does not follow the form. NaN if unknown.</param>
/// <param name="Reply">What it said, where it said something.</param>
public sealed record PairAnswer(double FirstWins, double Mass = double.NaN, string? Reply = null)
{
    /// <summary>Why there is no verdict.</summary>
    public static PairAnswer None(string? reply = null) => new(double.NaN, Reply: reply);
}
