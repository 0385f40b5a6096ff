using System.Runtime.InteropServices;
using Spa.Emulator.Counters;

namespace Spa.Emulator.Warp;

/// <summary>A decoded instruction. Operands are byte offsets in the warp's register file, where constants and special registers have places too.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Instruction
{
    public delegate*<WarpState, Instruction*, uint, void> Execute;

    /// <summary>Further register offsets (vectors, matrix operands), or null.</summary>
    public int* List;

    public long Immediate;
    public int Predicate;

    /// <summary>Exclusive-ored with the predicate: all ones for <c>@!p</c>.</summary>
    public uint PredicateFlip;

    public int D;
    public int D2;
    public int A;
    public int B;
    public int C;

    /// <summary>Branch and call: index of the instruction that follows. Barrier: what kind it is. Memory: see <see cref="AccessFlags"/>.</summary>
    public int Target;

    public int Count;
    public int Bytes;

    /// <summary>Index in the program's statements, for reports.</summary>
    public int Statement;

    /// <summary>Floating-point operations of one lane.</summary>
    public int Flops;

    public InstructionKind Kind;
    public InstructionClass Class;
    public MemorySpace Space;
    public AccessFlags Access;
}
