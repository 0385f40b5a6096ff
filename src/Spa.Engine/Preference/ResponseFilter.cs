namespace Spa.Engine.Preference;

/// <summary>Which responses are left out before pairs are taken.</summary>
[Flags]
public enum ResponseFilter : byte
{
    None = 0,

    /// <summary>Those that are nothing but an end token.</summary>
    Empty = 1,

    /// <summary>Those that reached the token limit.</summary>
    Cut = 2,

    /// <summary>Those that equal an earlier one.</summary>
    Duplicate = 4,
}
