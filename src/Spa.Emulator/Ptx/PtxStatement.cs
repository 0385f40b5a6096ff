namespace Spa.Emulator.Ptx;

/// <summary>One instruction as written.</summary>
internal sealed class PtxStatement
{
    public required string Opcode { get; init; }

    /// <summary>The opcode cut at its dots: mnemonic first.</summary>
    public required string[] Parts { get; init; }

    public required PtxOperand[] Operands { get; init; }

    /// <summary>Guard predicate, or null.</summary>
    public PtxRegister? Predicate { get; init; }

    public bool PredicateNegated { get; init; }

    public required int Line { get; init; }

    /// <summary>Index in <see cref="PtxSyntax.Locations"/>, or -1.</summary>
    public int Location { get; init; } = -1;
}
