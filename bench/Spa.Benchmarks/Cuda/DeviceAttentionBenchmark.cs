using BenchmarkDotNet.Attributes;

namespace Spa.Benchmarks.Cuda;

/// <summary>Attention, packed and paged.</summary>
[Config(typeof(DeviceConfig))]
public class DeviceAttentionBenchmark : DeviceBenchmark
{
    private protected override IEnumerable<DeviceOp> Ops => AttentionOps.All;
}
