using BenchmarkDotNet.Attributes;

namespace Spa.Benchmarks.Cuda;

/// <summary>The float32 path.</summary>
[Config(typeof(DeviceConfig))]
public class DeviceFloatBenchmark : DeviceBenchmark
{
    private protected override IEnumerable<DeviceOp> Ops => FloatOps.All;
}
