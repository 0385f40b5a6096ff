using Spa.Emulator.Checks;
using Spa.Emulator.Counters;
using Spa.Emulator.Memory;
using Spa.Emulator.Ptx;
using Spa.Emulator.Warp;

namespace Spa.Emulator;

/// <summary>
/// A CUDA device in software: memory, modules of PTX, and launches that run to their end before the call returns. Not for use by several
/// threads at once.
/// </summary>
public sealed class EmulatedDevice : IDisposable
{
    private readonly Random _random;
    private uint _time;

    public EmulatedDevice(EmulatorOptions? options = null)
    {
        Options = options ?? new EmulatorOptions();
        _random = new Random(Options.Seed);
    }

    public EmulatorOptions Options { get; }

    public DeviceMemory Memory { get; } = new();

    /// <summary>What the last launch did, where <see cref="EmulatorOptions.Count"/> is on.</summary>
    public LaunchCounts? LastCounts { get; private set; }

    /// <summary>Parses and decodes a module.</summary>
    /// <param name="ptx">PTX text.</param>
    /// <param name="name">Names the text in messages.</param>
    /// <exception cref="PtxException">The text is not PTX, or has an instruction that this device does not know.</exception>
    public PtxModule LoadModule(string ptx, string name) => new(Memory, ptx, name);

    /// <summary>Runs a kernel.</summary>
    /// <exception cref="DeviceFaultException">The kernel did something forbidden.</exception>
    public void Launch(PtxFunction function, in LaunchGeometry geometry, ReadOnlySpan<byte> parameters)
    {
        if (geometry.Threads < 1 || geometry.Blocks < 1) throw new ArgumentException($"{function.Name}: expected at least one block of one thread, found {geometry}");
        if (geometry.Threads > function.MaxThreads) throw new ArgumentException($"{function.Name}: expected at most {function.MaxThreads} threads of a block, found {geometry.Threads}");
        if (function.StaticSharedBytes + geometry.DynamicSharedBytes > Options.MaxSharedBytes)
            throw new ArgumentException($"{function.Name}: expected at most {Options.MaxSharedBytes} bytes of shared memory, found {function.StaticSharedBytes + geometry.DynamicSharedBytes}");
        if (parameters.Length != function.ParameterBytes) throw new ArgumentException($"{function.Name}: expected {function.ParameterBytes} bytes of parameters, found {parameters.Length}");
        byte[] block = GC.AllocateUninitializedArray<byte>(parameters.Length, pinned: true);
        parameters.CopyTo(block);
        // Times start anew before they could wrap; what earlier launches touched is then older than this one all the same.
        LaunchState launch = new(function.Program, geometry, block, Memory, Options, _time, _random);
        try
        {
            launch.Run();
        }
        finally
        {
            _time = launch.Time;
            LastCounts = launch.Counts;
        }
    }

    public void Dispose() => Memory.Dispose();
}
