namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>What <c>spa score</c> computes.</summary>
/// <param name="Beta">Factor of rewards and margins.</param>
/// <param name="Lambda">Extrapolation away from the reference.</param>
/// <param name="TokenLogps">Whether rows hold the log-prob of every token.</param>
public sealed record ScoreOptions(double Beta, double Lambda, bool TokenLogps);
