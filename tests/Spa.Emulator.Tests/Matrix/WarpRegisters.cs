using System.Runtime.InteropServices;

namespace Spa.Emulator.Tests.Matrix;

/// <summary>Registers of a warp in native memory: 32 lanes of 64 bits each, used as 32 bits where an instruction says so.</summary>
internal sealed unsafe class WarpRegisters : IDisposable
{
    private readonly void* _lanes;
    private readonly uint** _registers;

    public WarpRegisters(int count)
    {
        _lanes = NativeMemory.AlignedAlloc((nuint)(count * 256), 64);
        _registers = (uint**)NativeMemory.Alloc((nuint)(count * sizeof(uint*)));
        for (int i = 0; i < count; i++) _registers[i] = (uint*)_lanes + 64 * i;
        new Span<uint>(_lanes, 64 * count).Fill(0xFFFFFFFF);
        Count = count;
    }

    public int Count { get; }

    public uint** Pointers => _registers;

    public Span<uint> this[int register] => new(_registers[register], 32);

    public Span<double> Wide(int register) => new(_registers[register], 32);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_lanes);
        NativeMemory.Free(_registers);
    }
}
