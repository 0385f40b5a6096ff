namespace Spa.Benchmarks.Cuda;

/// <summary>What the time of a call on a device means. The two differ, so they are different cases.</summary>
public enum DeviceTiming
{
    /// <summary>One call behind a write of more memory than the second-level cache holds.</summary>
    Cold,

    /// <summary>Calls one behind the other, as a step has them: small tensors stay in the cache, the host's launches overlap with the device's work.</summary>
    Batch,
}
