namespace Spa.Benchmarks.Cuda;

/// <summary>Whole phases take seconds.</summary>
internal sealed class DevicePhaseConfig() : DeviceConfig(warmups: 1, iterations: 5);
