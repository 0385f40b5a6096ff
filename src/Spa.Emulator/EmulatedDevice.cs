using System.Runtime.InteropServices;
using Spa.Emulator.Checks;
using Spa.Emulator.Counters;
using Spa.Emulator.Memory;
using Spa.Emulator.Ptx;
using Spa.Emulator.Warp;

namespace Spa.Emulator;

/// <summary>
/// A CUDA device in software: memory, modules of PTX, and launches that run to their end before the call returns. Not for several threads at once.
/// </summary>
public sealed unsafe class EmulatedDevice : IDisposable
{
    private readonly Random _random;
    private uint _nextSerial = 1;

    public EmulatedDevice(EmulatorOptions? options = null)
    {
        Options = options ?? new EmulatorOptions();
        _random = new Random(Options.Seed);
        Memory = new DeviceMemory(Options);
    }

    public EmulatorOptions Options { get; }

    public DeviceMemory Memory { get; }

    /// <summary>What the last launch cost; null before the first one and with <see cref="EmulatorOptions.Count"/> off.</summary>
    public LaunchCounts? LastCounts { get; private set; }

    /// <summary>Parses and decodes PTX, and gives its variables memory.</summary>
    /// <param name="ptx">PTX text.</param>
    /// <param name="name">Names the text in messages.</param>
    /// <exception cref="PtxException">The text is no PTX, or has an instruction that this device does not know.</exception>
    public PtxModule LoadModule(string ptx, string name) => new(Memory, ptx, name, Options.MaxSharedBytes);

    /// <summary>Runs a kernel to its end.</summary>
    /// <param name="function">The kernel.</param>
    /// <param name="geometry">Blocks, threads and dynamic shared memory.</param>
    /// <param name="parameters">The parameter buffer, <see cref="PtxFunction.ParameterBytes"/> bytes.</param>
    /// <exception cref="DeviceFaultException">The kernel did something forbidden; memory is as the fault left it.</exception>
    public void Launch(PtxFunction function, in LaunchGeometry geometry, ReadOnlySpan<byte> parameters)
    {
        CheckLaunch(function, geometry, parameters.Length);
        if (geometry.Blocks >= uint.MaxValue - _nextSerial) throw new DeviceFaultException(DeviceFaultKind.LaunchError, $"kernel {function.Name}: this device has run 2^32 blocks, make a new one");
        byte* buffer = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(parameters.Length, 16), 64);
        KernelProgram program = function.Program;
        LaunchState launch = new() { Options = Options, Program = program, Geometry = geometry, Memory = Memory, Parameters = buffer, FirstSerial = _nextSerial };
        try
        {
            parameters.CopyTo(new Span<byte>(buffer, parameters.Length));
            if (Options.Count) launch.Executions = (long*)NativeMemory.AllocZeroed((nuint)(2 * program.Length), sizeof(long));
            _nextSerial += (uint)geometry.Blocks;
            LaunchRunner.Run(launch, _random);
            LastCounts = Options.Count ? LaunchCounts.From(launch) : null;
        }
        finally
        {
            NativeMemory.Free(launch.Executions);
            NativeMemory.AlignedFree(buffer);
            launch.Scratch.Dispose();
        }
    }

    public void Dispose() => Memory.Dispose();

    private void CheckLaunch(PtxFunction function, in LaunchGeometry g, int parameterBytes)
    {
        string? problem = g.GridX < 1 || g.GridY < 1 || g.GridZ < 1 || g.GridY > 65535 || g.GridZ > 65535 ? $"grid ({g.GridX}, {g.GridY}, {g.GridZ}): expected 1 to 2147483647, 65535 and 65535"
            : g.BlockX < 1 || g.BlockY < 1 || g.BlockZ < 1 || g.BlockX > 1024 || g.BlockY > 1024 || g.BlockZ > 64 ? $"block ({g.BlockX}, {g.BlockY}, {g.BlockZ}): expected 1 to 1024, 1024 and 64"
            : (long)g.BlockX * g.BlockY * g.BlockZ > function.MaxThreads ? $"{(long)g.BlockX * g.BlockY * g.BlockZ} threads in a block: expected at most {function.MaxThreads}"
            : g.DynamicSharedBytes < 0 || g.DynamicSharedBytes > function.MaxDynamicSharedBytes ? $"{g.DynamicSharedBytes} bytes of dynamic shared memory: expected at most {function.MaxDynamicSharedBytes}"
            : parameterBytes != function.ParameterBytes ? $"{parameterBytes} bytes of parameters: expected {function.ParameterBytes}"
            : null;
        if (problem is not null) throw new DeviceFaultException(DeviceFaultKind.LaunchError, $"launch of kernel {function.Name}: {problem}");
    }
}
