using Spa.Emulator.Counters;
using Spa.Emulator.Memory;

namespace Spa.Emulator.Warp;

/// <summary>One launch: what its blocks share.</summary>
internal sealed class LaunchState
{
    private uint _time;

    public LaunchState(PtxProgram program, LaunchGeometry geometry, byte[] parameters, DeviceMemory memory, EmulatorOptions options, uint time, Random random)
    {
        (Program, Geometry, Parameters, Memory, Options, Random, _time) = (program, geometry, parameters, memory, options, random, time);
        StartTime = Tick();
        if (options.Count) Counts = new LaunchCounts { Kernel = program.Name, Geometry = geometry };
        Fences = new uint[geometry.Blocks];
    }

    public PtxProgram Program { get; }

    public LaunchGeometry Geometry { get; }

    public byte[] Parameters { get; }

    public DeviceMemory Memory { get; }

    public EmulatorOptions Options { get; }

    public Random Random { get; }

    public LaunchCounts? Counts { get; }

    public uint StartTime { get; }

    public uint Time => _time;

    /// <summary>When a block last ran a fence or an atomic; 0: never.</summary>
    public uint[] Fences { get; }

    public uint Tick() => ++_time;

    public void Run()
    {
        int[] order = [.. Enumerable.Range(0, (int)Geometry.Blocks)];
        Random.Shuffle(order);
        using BlockState block = new(this);
        foreach (int index in order) block.Run(index);
    }
}
