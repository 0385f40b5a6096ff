using BenchmarkDotNet.Attributes;
using Spa.Emulator;
using Spa.Emulator.Ptx;

namespace Spa.Benchmarks;

/// <summary>What a core of this machine executes on the emulated device with all its checks, in 10^6 operations a second (<see cref="EmulatorWork"/>). docs/benchmarks/cpu.md has figures.</summary>
[Config(typeof(EmulatorConfig))]
public class EmulatorBenchmark
{
    private EmulatedDevice _device = null!;
    private PtxModule _module = null!;
    private PtxFunction _function = null!;
    private byte[] _parameters = [];

    [ParamsSource(nameof(Cases))]
    public EmulatorWork Case { get; set; } = null!;

    [ParamsAllValues]
    public EmulatorTime Time { get; set; }

    public static IEnumerable<EmulatorWork> Cases => EmulatorWork.All;

    [GlobalSetup]
    public void Setup()
    {
        EmulatorConfig.Clock.Time = Time;
        _device = new EmulatedDevice();
        _module = _device.LoadModule(Case.Ptx, "emulator-benchmark.ptx");
        _function = _module.GetFunction("work")!;
        _parameters = EmulatorWork.Allocate(_device).Parameters;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _module.Dispose();
        _device.Dispose();
    }

    [Benchmark]
    public void Launch() => _device.Launch(_function, EmulatorWork.Geometry, _parameters);
}
