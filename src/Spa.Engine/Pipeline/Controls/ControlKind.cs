namespace Spa.Engine.Pipeline.Controls;

/// <summary>What a loop is compared with.</summary>
public enum ControlKind : byte
{
    /// <summary>The seed stage for as many updates as the whole loop.</summary>
    SeedOnly,

    /// <summary>The loop with preferences by chance: what it gains is not due to the judge.</summary>
    RandomJudge,

    /// <summary>The loop with the oracle's preferences: what a perfect judge would gain.</summary>
    GoldJudge,
}
