using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cuda;

namespace Spa.Benchmarks.Cuda;

/// <summary>Ops of one family on the device, timed by the device's own events. bench/README.md says how to read the figures.</summary>
public abstract class DeviceBenchmark
{
    // A measurement of several calls is this long, so that its ends do not matter.
    private const double BatchMilliseconds = 20;
    private const int MostCalls = 50;

    private DeviceInputs _inputs = null!;
    private Action _call = null!;
    private int _calls;

    [ParamsSource(nameof(Cases))]
    public DeviceCase Case { get; set; } = null!;

    public IEnumerable<DeviceCase> Cases => DeviceOps.Cases(Ops);

    private protected abstract IEnumerable<DeviceOp> Ops { get; }

    [GlobalSetup]
    public void Setup()
    {
        CudaBackend backend = BenchmarkDevice.Backend(GemmOf(Case));
        _inputs = new DeviceInputs(backend);
        _call = DeviceOps.Find(Case.Op).Prepare(_inputs, Case);
        // Compiles and loads kernels, lets cuBLASLt choose, lets scratch memory grow.
        _call();
        backend.Synchronize();
        _calls = Case.Timing == DeviceTiming.Cold ? 1 : CallsOfABatch();
        BenchmarkDevice.Clock.Attach(backend, Case.Timing == DeviceTiming.Cold ? BenchmarkDevice.Flush : default, _calls);
    }

    [GlobalCleanup]
    public void Cleanup() => _inputs.Dispose();

    [Benchmark]
    public void Run()
    {
        for (int i = 0; i < _calls; i++) _call();
    }

    private static GemmLibrary GemmOf(DeviceCase c) => c.Variant switch
    {
        MatMulOps.Own => GemmLibrary.Own,
        MatMulOps.Library => GemmLibrary.CublasLt,
        _ => GemmLibrary.Auto,
    };

    private int CallsOfABatch()
    {
        if (BenchmarkDevice.IsEmulated) return 2;
        var watch = Stopwatch.StartNew();
        _call();
        _inputs.Backend.Synchronize();
        return Math.Clamp((int)(BatchMilliseconds / watch.Elapsed.TotalMilliseconds), 1, MostCalls);
    }
}
