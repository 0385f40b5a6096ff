namespace Spa.Engine.Preference;

/// <summary>What becomes of a judge's reward before responses are compared.</summary>
/// <param name="Length">What the response's length does to it.</param>
/// <param name="Penalty">Reward that a token costs under <see cref="LengthRule.Penalty"/>.</param>
/// <param name="Temperature">The reward is divided by it at the end; 1 changes nothing.</param>
public readonly record struct RewardAdjustment(LengthRule Length, double Penalty = 0, double Temperature = 1)
{
    /// <summary>Rewards stay as they are.</summary>
    public static RewardAdjustment None { get; } = new(LengthRule.None);

    /// <summary>Whether it changes nothing.</summary>
    public bool IsNone => Temperature == 1 && (Length == LengthRule.None || Length == LengthRule.Penalty && Penalty == 0);

    /// <summary>The adjusted reward of a response of <paramref name="tokens"/> tokens; one without tokens counts as one.</summary>
    public double Of(double reward, int tokens) => Length switch
    {
        LengthRule.Normalize => reward / Math.Max(1, tokens),
        LengthRule.Penalty => reward - Penalty * tokens,
        _ => reward,
    } / Temperature;
}
