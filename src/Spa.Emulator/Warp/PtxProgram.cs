using Spa.Emulator.Ptx;

namespace Spa.Emulator.Warp;

/// <summary>A kernel with everything that it calls, decoded.</summary>
internal sealed class PtxProgram
{
    public required string Name { get; init; }

    public required PtxSyntax Module { get; init; }

    public required Instruction[] Code { get; init; }

    /// <summary>Bytes of a warp's register file.</summary>
    public required int FileBytes { get; init; }

    /// <summary>Constants: place in the file, bits, whether they take 64-bit lanes.</summary>
    public required (int Offset, ulong Bits, bool Wide)[] Constants { get; init; }

    /// <summary>Special registers that do not change while a warp lives: place in the file and name.</summary>
    public required (int Offset, string Name)[] Specials { get; init; }

    /// <summary>Bytes of a thread's local memory, the parameters of called functions included.</summary>
    public required int LocalBytes { get; init; }

    public required int StaticSharedBytes { get; init; }

    public required int ParameterBytes { get; init; }

    public required (int Offset, int Size)[] Parameters { get; init; }

    /// <summary><c>file.cu:12</c> of an instruction, or its line in the PTX where that has no line information.</summary>
    public string Place(Instruction instruction)
    {
        int location = instruction.Source.Location;
        if (location < 0) return $"{Module.Name}:{instruction.Source.Line}";
        SourceLocation at = Module.Locations[location];
        string Name(SourceLocation l) => $"{Path.GetFileName(Module.Files.GetValueOrDefault(l.File, Module.Name))}:{l.Line}";
        return at.InlinedAt is { } outer ? $"{Name(at)} (inlined at {Name(outer)})" : Name(at);
    }
}
