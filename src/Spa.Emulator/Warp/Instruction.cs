using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;

namespace Spa.Emulator.Warp;

/// <summary>A decoded instruction. Operands are byte offsets in the register file; constants lie there too.</summary>
internal sealed unsafe class Instruction
{
    public required PtxStatement Source { get; init; }

    public InstructionKind Kind { get; set; }

    public delegate*<WarpState, Instruction, void> Run { get; set; }

    public InstructionClass Class { get; set; }

    /// <summary>Floating-point operations of a lane; of a warp for matrix instructions.</summary>
    public int Flops { get; set; }

    /// <summary>Offset of the guard predicate, or -1.</summary>
    public int Guard { get; set; } = -1;

    public bool GuardNegated { get; set; }

    /// <summary>Result, or -1.</summary>
    public int D { get; set; } = -1;

    /// <summary>A second result (a predicate beside a value), or -1.</summary>
    public int D2 { get; set; } = -1;

    public int A { get; set; } = -1;

    public int B { get; set; } = -1;

    public int C { get; set; } = -1;

    public int E { get; set; } = -1;

    /// <summary>Registers of vector operands.</summary>
    public int[] List { get; set; } = [];

    public int[] ListB { get; set; } = [];

    public int[] ListC { get; set; } = [];

    public int[] ListE { get; set; } = [];

    /// <summary>Added to an address.</summary>
    public long Offset { get; set; }

    /// <summary>Whether the address register has 64 bits.</summary>
    public bool WideAddress { get; set; }

    /// <summary>Bytes of one element in memory, or of the operands of a lane-wise operation.</summary>
    public int Size { get; set; }

    /// <summary>Bytes of A, B, C and D (4 or 8), for lane-wise operations.</summary>
    public byte WidthA { get; set; } = 4;

    public byte WidthB { get; set; } = 4;

    public byte WidthC { get; set; } = 4;

    public byte WidthD { get; set; } = 4;

    public bool Signed { get; set; }

    public MemorySpace Space { get; set; }

    public int Target { get; set; } = -1;

    public int[] Targets { get; set; } = [];

    /// <summary>Variant of the operation: the mode of a shuffle, the operation of an atomic.</summary>
    public int Mode { get; set; }

    /// <summary>What an unusual operation needs: a function, a matrix instruction, a call.</summary>
    public object? Extra { get; set; }

    /// <summary>Whether the predicate operand C is written with <c>!</c>.</summary>
    public bool GuardedOperandNegated { get; set; }

    public override string ToString() => Source.Opcode;
}
