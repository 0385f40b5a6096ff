namespace Spa.Engine.Preference;

/// <summary>What a judge makes of the length of responses; the published method lets them grow with every iteration.</summary>
public enum LengthRule : byte
{
    /// <summary>Nothing: the reward is a sum over tokens.</summary>
    None,

    /// <summary>The reward per token.</summary>
    Normalize,

    /// <summary>Every token costs a fixed reward.</summary>
    Penalty,
}
