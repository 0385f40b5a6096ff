using BenchmarkDotNet.Attributes;

namespace Spa.Benchmarks.Cuda;

/// <summary>Rows of logits, and the whole output head.</summary>
[Config(typeof(DeviceConfig))]
public class DeviceHeadBenchmark : DeviceBenchmark
{
    private protected override IEnumerable<DeviceOp> Ops => HeadOps.All;
}
