namespace Spa.Emulator.Warp.Matrix;

/// <summary>One form of <c>mma.sync</c>, ready to run; made by <see cref="MatrixOps.FindMma"/>.</summary>
internal sealed unsafe class MmaInstruction
{
    private readonly delegate*<int, uint**, uint**, uint**, uint**, void> _function;
    private readonly int _blocks;

    public MmaInstruction(delegate*<int, uint**, uint**, uint**, uint**, void> function, int blocks, int aRegisters, int bRegisters, int accumulatorRegisters, int flops, bool wide = false)
    {
        _function = function;
        _blocks = blocks;
        ARegisters = aRegisters;
        BRegisters = bRegisters;
        AccumulatorRegisters = accumulatorRegisters;
        Flops = flops;
        Wide = wide;
    }

    /// <summary>Registers of A.</summary>
    public int ARegisters { get; }

    /// <summary>Registers of B.</summary>
    public int BRegisters { get; }

    /// <summary>Registers of C, and of D.</summary>
    public int AccumulatorRegisters { get; }

    /// <summary>Operations of one warp: 2 m n k.</summary>
    public int Flops { get; }

    /// <summary>True where registers have 64 bits (float64); their pointers are passed as <c>uint**</c> all the same.</summary>
    public bool Wide { get; }

    /// <summary>D = A B + C. Each register is the address of its 32 lanes; D may share registers with any operand.</summary>
    public void Run(uint** d, uint** a, uint** b, uint** c) => _function(_blocks, d, a, b, c);
}
