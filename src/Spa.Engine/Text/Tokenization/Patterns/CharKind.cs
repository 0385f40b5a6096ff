namespace Spa.Engine.Text.Tokenization;

/// <summary>The partition of code points that the GPT family of patterns is written in.</summary>
internal enum CharKind : byte
{
    /// <summary>Neither of the others: punctuation, symbols, marks, controls.</summary>
    Other,

    /// <summary><c>\p{L}</c></summary>
    Letter,

    /// <summary><c>\p{N}</c></summary>
    Number,

    /// <summary><c>\s</c></summary>
    Space,
}
