using BenchmarkDotNet.Attributes;

namespace Spa.Benchmarks.Cuda;

/// <summary>Updates of training and sampling.</summary>
[Config(typeof(DevicePhaseConfig))]
public class DevicePhaseBenchmark : DeviceBenchmark
{
    private protected override IEnumerable<DeviceOp> Ops => PhaseOps.All;
}
