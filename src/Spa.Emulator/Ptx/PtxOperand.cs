namespace Spa.Emulator.Ptx;

internal sealed class PtxOperand
{
    public required PtxOperandKind Kind { get; init; }

    public PtxRegister? Register { get; init; }

    public PtxVariable? Variable { get; init; }

    /// <summary>Name of a symbol that is no variable of the function.</summary>
    public string? Name { get; init; }

    /// <summary>Value bits of an immediate.</summary>
    public ulong Bits { get; init; }

    public PtxTokenKind NumberKind { get; init; }

    /// <summary>Added to a base.</summary>
    public long Offset { get; init; }

    /// <summary><c>!</c> before a predicate.</summary>
    public bool Negated { get; init; }

    public PtxOperand[] Elements { get; init; } = [];

    public override string ToString() => Kind switch
    {
        PtxOperandKind.Register => Register!.Name,
        PtxOperandKind.Immediate => Bits.ToString(System.Globalization.CultureInfo.InvariantCulture),
        PtxOperandKind.Symbol => Name ?? Variable!.Name,
        PtxOperandKind.Sink => "_",
        PtxOperandKind.Address => "[" + (Register?.Name ?? Name ?? Variable?.Name ?? "") + "]",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
