using BenchmarkDotNet.Attributes;

namespace Spa.Benchmarks.Cuda;

/// <summary>Ops on rows of activations.</summary>
[Config(typeof(DeviceConfig))]
public class DeviceRowBenchmark : DeviceBenchmark
{
    private protected override IEnumerable<DeviceOp> Ops => RowOps.All;
}
