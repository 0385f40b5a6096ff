namespace Spa.Benchmarks.Cuda;

/// <summary>An op that is measured on devices.</summary>
/// <param name="Name">As in bench/peers/gpu/cases.json.</param>
/// <param name="Flops">Operations of a call, a multiply-add counting as two; 0 where memory alone is the bound.</param>
/// <param name="Bytes">Bytes that a call must read or write, whatever the implementation moves.</param>
/// <param name="Prepare">Makes the inputs and returns the call.</param>
internal sealed record DeviceOp(string Name, Func<DeviceCase, double> Flops, Func<DeviceCase, double> Bytes, Func<DeviceInputs, DeviceCase, Action> Prepare)
{
    /// <summary>Ways to do the same work, each a case of its own.</summary>
    public IReadOnlyList<string> Variants { get; init; } = [""];

    /// <summary>Whole phases are measured as they come: no call of them finds anything in the cache.</summary>
    public IReadOnlyList<DeviceTiming> Timings { get; init; } = [DeviceTiming.Cold, DeviceTiming.Batch];

    /// <summary>An op that memory alone bounds.</summary>
    public static DeviceOp OfBytes(string name, Func<DeviceCase, double> bytes, Func<DeviceInputs, DeviceCase, Action> prepare) => new(name, _ => 0, bytes, prepare);
}
