using BenchmarkDotNet.Attributes;

namespace Spa.Benchmarks.Cuda;

/// <summary>Ops on elements and rows without a peer.</summary>
[Config(typeof(DeviceConfig))]
public class DeviceElementBenchmark : DeviceBenchmark
{
    private protected override IEnumerable<DeviceOp> Ops => ElementOps.All;
}
