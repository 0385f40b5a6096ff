using BenchmarkDotNet.Attributes;

namespace Spa.Benchmarks.Cuda;

/// <summary>Rewards, losses and noise mask of preference pairs.</summary>
[Config(typeof(DeviceConfig))]
public class DevicePairBenchmark : DeviceBenchmark
{
    private protected override IEnumerable<DeviceOp> Ops => PairOps.All;
}
