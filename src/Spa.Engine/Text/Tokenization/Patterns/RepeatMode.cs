namespace Spa.Engine.Text.Tokenization;

/// <summary>What a repetition prefers.</summary>
internal enum RepeatMode
{
    /// <summary>As many as possible, then fewer.</summary>
    Greedy,

    /// <summary>As few as possible, then more.</summary>
    Lazy,

    /// <summary>As many as possible and never fewer.</summary>
    Possessive,
}
