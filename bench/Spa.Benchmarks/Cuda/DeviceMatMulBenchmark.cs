using BenchmarkDotNet.Attributes;

namespace Spa.Benchmarks.Cuda;

/// <summary>Matrix products.</summary>
[Config(typeof(DeviceConfig))]
public class DeviceMatMulBenchmark : DeviceBenchmark
{
    private protected override IEnumerable<DeviceOp> Ops => MatMulOps.All;
}
