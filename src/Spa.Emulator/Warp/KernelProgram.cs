using System.Runtime.InteropServices;
using Spa.Emulator.Ptx;
using Spa.Emulator.Warp.Matrix;

namespace Spa.Emulator.Warp;

/// <summary>A kernel decoded: its instructions with those of the functions that it calls, and the layout of a warp's registers.</summary>
internal sealed unsafe class KernelProgram
{
    /// <summary>Fixed places at the beginning of the register file: a predicate that is always true, the carry flags, a predicate and a register nobody reads.</summary>
    public const int True = 0, Carry = 4, SinkPredicate = 8, Sink = 64, FirstFree = 320;

    private readonly List<nint> _lists = [];

    public required string Name { get; init; }

    public required PtxModule Module { get; init; }

    public Instruction* Code { get; private set; }

    public int Length { get; private set; }

    /// <summary>The statement that each <see cref="Instruction.Statement"/> names, for reports.</summary>
    public List<PtxStatement> Statements { get; } = [];

    /// <summary>Index of the kernel's first instruction; functions lie before it, so that their lanes run first and join again.</summary>
    public int Entry { get; set; }

    public int RegisterBytes { get; set; } = FirstFree;

    /// <summary>Registers that hold a constant: offset, bytes of a lane, value.</summary>
    public List<(int Offset, int LaneBytes, ulong Value)> Constants { get; } = [];

    /// <summary>Special registers that the code reads: offset and name.</summary>
    public List<(int Offset, string Name)> Specials { get; } = [];

    public int StaticSharedBytes { get; set; }

    /// <summary>Where dynamic shared memory begins: the static bytes, aligned.</summary>
    public int DynamicSharedOffset { get; set; }

    public int LocalBytes { get; set; }

    public int ParameterBytes { get; set; }

    /// <summary>Forms of mma that the code uses; an instruction holds an index.</summary>
    public List<MmaInstruction> Matrices { get; } = [];

    public int Add(MmaInstruction mma)
    {
        int index = Matrices.FindIndex(m => m == mma);
        if (index >= 0) return index;
        Matrices.Add(mma);
        return Matrices.Count - 1;
    }

    public void SetCode(List<Instruction> code)
    {
        Length = code.Count;
        Code = (Instruction*)NativeMemory.AlignedAlloc((nuint)(code.Count * sizeof(Instruction)), 64);
        CollectionsMarshal.AsSpan(code).CopyTo(new Span<Instruction>(Code, Length));
    }

    /// <summary>Native copy of a list of offsets, which lives as long as the program.</summary>
    public int* MakeList(ReadOnlySpan<int> values)
    {
        int* list = (int*)NativeMemory.Alloc((nuint)Math.Max(values.Length, 1), sizeof(int));
        values.CopyTo(new Span<int>(list, values.Length));
        _lists.Add((nint)list);
        return list;
    }

    /// <summary>"file.cu:12 inlined at file.cu:40 (PTX line 7: opcode)".</summary>
    public string DescribePlace(int pc)
    {
        PtxStatement statement = Statements[Code[pc].Statement];
        return $"{Module.DescribeLocation(statement.Location)}PTX line {statement.Line} ({statement.Opcode})";
    }

    /// <summary>Frees the native memory; the program must not run any more.</summary>
    public void Release()
    {
        NativeMemory.AlignedFree(Code);
        foreach (nint list in _lists) NativeMemory.Free((void*)list);
        _lists.Clear();
        Code = null;
        Length = 0;
    }
}
