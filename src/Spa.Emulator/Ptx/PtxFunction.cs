using Spa.Emulator.Warp;

namespace Spa.Emulator.Ptx;

/// <summary>A kernel of a loaded module.</summary>
public sealed class PtxFunction
{
    private readonly PtxFunctionSyntax _syntax;

    internal PtxFunction(PtxModule module, PtxFunctionSyntax syntax, KernelProgram program)
    {
        Module = module;
        Program = program;
        _syntax = syntax;
        Parameters = [.. syntax.Parameters.Select(p => ((int)p.Place, (int)p.Size))];
    }

    public string Name => _syntax.Name;

    public PtxModule Module { get; }

    /// <summary>Offset and bytes of each parameter in the parameter buffer.</summary>
    public IReadOnlyList<(int Offset, int Size)> Parameters { get; }

    /// <summary>Bytes of the parameter buffer.</summary>
    public int ParameterBytes => Program.ParameterBytes;

    public int StaticSharedBytes => Program.StaticSharedBytes;

    /// <summary>Most dynamic shared memory that a launch may ask for; 48 KiB less the static bytes until it is raised.</summary>
    public int MaxDynamicSharedBytes { get; set; }

    /// <summary>Threads of a block that the kernel was compiled for (<c>.maxntid</c>), at most 1,024.</summary>
    public int MaxThreads => _syntax.MaxThreads > 0 ? _syntax.MaxThreads : 1024;

    /// <summary>Bytes of local memory of a thread.</summary>
    public int LocalBytes => Program.LocalBytes;

    internal KernelProgram Program { get; }
}
