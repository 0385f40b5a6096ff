using Spa.Emulator.Warp;

namespace Spa.Emulator.Ptx;

/// <summary>A kernel of a loaded module.</summary>
public sealed class PtxFunction
{
    // What a launch may use without asking for more.
    private const int UsualSharedBytes = 48 * 1024, UsualThreads = 1024;

    internal PtxFunction(PtxProgram program, int maxThreads)
    {
        Program = program;
        MaxThreads = maxThreads == 0 ? UsualThreads : maxThreads;
        MaxDynamicSharedBytes = Math.Max(0, UsualSharedBytes - program.StaticSharedBytes);
    }

    public string Name => Program.Name;

    /// <summary>Place and bytes of each parameter in the block of parameters.</summary>
    public IReadOnlyList<(int Offset, int Size)> Parameters => Program.Parameters;

    public int ParameterBytes => Program.ParameterBytes;

    public int StaticSharedBytes => Program.StaticSharedBytes;

    /// <summary>Dynamic shared memory that a launch may ask for.</summary>
    public int MaxDynamicSharedBytes { get; set; }

    public int MaxThreads { get; }

    /// <summary>Bytes of local memory of a thread.</summary>
    public int LocalBytes => Program.LocalBytes;

    internal PtxProgram Program { get; }
}
