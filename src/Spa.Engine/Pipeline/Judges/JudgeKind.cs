namespace Spa.Engine.Pipeline.Judges;

/// <summary>Who judges.</summary>
public enum JudgeKind : byte
{
    /// <summary>The model's own reward against a reference.</summary>
    Implicit,

    /// <summary>A model of this engine as a judge of pairs.</summary>
    Llm,

    /// <summary>A service as a judge of pairs.</summary>
    Endpoint,

    /// <summary>An oracle given by the user.</summary>
    Gold,

    /// <summary>Chance, as a control.</summary>
    Random,

    /// <summary>A reward model.</summary>
    RewardModel,
}
