namespace Spa.Engine.Preference;

/// <summary>Why a prompt gives a preference pair, or none.</summary>
public enum JudgeOutcome : byte
{
    Pair,

    /// <summary>All responses are the same tokens.</summary>
    Identical,

    /// <summary>Fewer than two responses have a token.</summary>
    Empty,

    /// <summary>All rewards are equal.</summary>
    Tie,

    /// <summary>Fewer than two responses pass the filter.</summary>
    Filtered,

    /// <summary>A reward is NaN or infinite, or the judge gave no verdict.</summary>
    NotFinite,
}
