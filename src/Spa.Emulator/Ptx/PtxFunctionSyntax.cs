namespace Spa.Emulator.Ptx;

/// <summary>An <c>.entry</c> or <c>.func</c> as parsed.</summary>
internal sealed class PtxFunctionSyntax
{
    public required string Name { get; init; }

    public required bool IsEntry { get; init; }

    public required int Line { get; init; }

    public List<PtxVariable> Parameters { get; } = [];

    public List<PtxVariable> Returns { get; } = [];

    /// <summary>All variables declared in the body, in order.</summary>
    public List<PtxVariable> Variables { get; } = [];

    public List<PtxRegister> Registers { get; } = [];

    public List<PtxStatement> Statements { get; } = [];

    /// <summary>Statement index of every label.</summary>
    public Dictionary<string, int> Labels { get; } = [];

    /// <summary>Lists of <c>.branchtargets</c> by their label.</summary>
    public Dictionary<string, string[]> BranchTargets { get; } = [];

    public bool HasBody { get; set; }

    /// <summary>Product of <c>.maxntid</c> or <c>.reqntid</c>, or 0.</summary>
    public int MaxThreads { get; set; }
}
