using BenchmarkDotNet.Attributes;

namespace Spa.Benchmarks.Cuda;

/// <summary>What the device can do at most: copies and fills of more memory than any cache holds. Products are in <see cref="DeviceMatMulBenchmark"/>.</summary>
[Config(typeof(DeviceConfig))]
public class DeviceCalibrationBenchmark : DeviceBenchmark
{
    private protected override IEnumerable<DeviceOp> Ops => CalibrationOps.All;
}
