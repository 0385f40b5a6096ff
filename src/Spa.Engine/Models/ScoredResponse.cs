namespace Spa.Engine.Models;

/// <summary>Log-probs of one response, per token and summed in double. Reference and extrapolated ones are null where there is no reference.</summary>
public sealed record ScoredResponse(float[] TokenLogps, float[]? ReferenceTokenLogps, float[]? ExtrapolatedTokenLogps)
{
    public double Logp { get; } = Sum(TokenLogps);

    public double? ReferenceLogp { get; } = ReferenceTokenLogps is null ? null : Sum(ReferenceTokenLogps);

    public double? ExtrapolatedLogp { get; } = ExtrapolatedTokenLogps is null ? null : Sum(ExtrapolatedTokenLogps);

    private static double Sum(float[] values)
    {
        double sum = 0;
        foreach (float value in values) sum += value;
        return sum;
    }
}
