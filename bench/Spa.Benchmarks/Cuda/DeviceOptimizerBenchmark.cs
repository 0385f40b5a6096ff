using BenchmarkDotNet.Attributes;

namespace Spa.Benchmarks.Cuda;

/// <summary>AdamW and the gradient norm.</summary>
[Config(typeof(DeviceConfig))]
public class DeviceOptimizerBenchmark : DeviceBenchmark
{
    private protected override IEnumerable<DeviceOp> Ops => OptimizerOps.All;
}
