namespace Spa.Engine.Pipeline.Studies;

/// <summary>What a study says about a claim "a is above b".</summary>
public enum Verdict
{
    /// <summary>The differences leave both open.</summary>
    NotDecidable,

    /// <summary>The 95 % interval of every difference lies above 0.</summary>
    Seen,

    /// <summary>The 95 % interval of some difference lies below what would matter.</summary>
    NotSeen,
}
