namespace Spa.Emulator.Ptx;

internal enum PtxOperandKind
{
    Register,
    Immediate,

    /// <summary>A variable or a name that the module resolves (function, label, special register), plus <see cref="PtxOperand.Offset"/>.</summary>
    Symbol,

    /// <summary><c>[base + offset]</c>.</summary>
    Address,

    /// <summary><c>{a, b, ...}</c>.</summary>
    Vector,

    /// <summary><c>a|b</c>: a value and a predicate.</summary>
    Pair,

    /// <summary><c>_</c>: the result is not wanted.</summary>
    Sink,

    /// <summary><c>(a, b)</c>: arguments of a call.</summary>
    List,
}
