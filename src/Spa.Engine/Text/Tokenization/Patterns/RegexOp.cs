namespace Spa.Engine.Text.Tokenization;

/// <summary>The instructions of <see cref="RegexProgram"/>.</summary>
internal enum RegexOp
{
    /// <summary>The pattern or the inner program has matched.</summary>
    Done,

    /// <summary>A: set. Consumes one code point.</summary>
    Set,

    /// <summary>A: set, B: least, C: most times; greedy.</summary>
    RunGreedy,

    /// <summary>As <see cref="RunGreedy"/> without going back.</summary>
    RunPossessive,

    /// <summary>A: tried first, B: tried when that fails.</summary>
    Split,

    /// <summary>A: target.</summary>
    Jump,

    /// <summary>The inner program that follows must match here; A: where to go on.</summary>
    Lookahead,

    /// <summary>The inner program that follows must not match here; A: where to go on.</summary>
    NegativeLookahead,

    /// <summary>Consumes the first match of the inner program that follows; A: where to go on.</summary>
    Atomic,

    /// <summary><c>\A</c></summary>
    TextStart,

    /// <summary><c>\z</c></summary>
    TextEnd,

    /// <summary><c>^</c>: the start of the text or of a line.</summary>
    LineStart,

    /// <summary><c>$</c>: the end of the text or of a line.</summary>
    LineEnd,
}
