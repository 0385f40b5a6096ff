using Spa.Benchmarks.Cuda;

namespace Spa.Benchmarks.Baselines;

/// <summary>
/// What a machine can do at most, as the same run measured it: the float32 product of two 1024 x 1024 matrices for arithmetic, the sum of 1 GiB for reading memory, each
/// at as many threads as the case has. A case cannot be faster than the slower of its operations and its bytes at those speeds; the time that this takes, divided
/// by the case's own, is its share of the ceiling and does not depend on how fast the machine is. On a device the ceilings are the fastest copy and the fastest
/// product of bfloat16 matrices of the run, ours or cuBLASLt's.
/// </summary>
public sealed class Ceilings
{
    private readonly Dictionary<int, Measure> _perFlop = [];
    private readonly Dictionary<int, Measure> _perByte = [];
    private readonly Measure? _devicePerFlop;
    private readonly Measure? _devicePerByte;

    public Ceilings(IEnumerable<CaseResult> results)
    {
        foreach (CaseResult result in results)
        {
            if (DeviceCase.Of(result.Name) is { } c)
            {
                if (c.Op == MatMulOps.Name) _devicePerFlop = Faster(_devicePerFlop, Measure.Of(result.Nanoseconds) * (1 / result.Flops));
                if (c.Op == CalibrationOps.Copy) _devicePerByte = Faster(_devicePerByte, Measure.Of(result.Nanoseconds) * (1 / result.Bytes));
                continue;
            }

            if (result.Threads is not { } threads) continue;
            if (result is { Flops: > 0 } && IsGemm(result.Name)) _perFlop[threads] = Measure.Of(result.Nanoseconds) * (1 / result.Flops);
            if (result is { Bytes: > 0 } && IsRead(result.Name)) _perByte[threads] = Measure.Of(result.Nanoseconds) * (1 / result.Bytes);
        }
    }

    /// <summary>Share of the ceiling, or null: the case is a ceiling itself, says nothing about its work, or the run lacks a ceiling that it needs.</summary>
    public Measure? Share(CaseResult result)
    {
        if (result is { Flops: <= 0, Bytes: <= 0 } || IsGemm(result.Name) || IsRead(result.Name)) return null;
        if (DeviceCase.Of(result.Name) is not null) return DeviceShare(result);
        Measure least = default;
        foreach ((double work, Dictionary<int, Measure> ceiling) in new[] { (result.Flops, _perFlop), (result.Bytes, _perByte) })
        {
            if (work <= 0) continue;
            if (ceiling.Count == 0 || !ceiling.TryGetValue(result.Threads ?? ceiling.Keys.Max(), out Measure perUnit)) return null;
            least = Measure.Max(least, perUnit * work);
        }
        return least / Measure.Of(result.Nanoseconds);
    }

    // Every case of a device has a share, those that make the ceilings too: it tells copies and products that are not the fastest.
    private Measure? DeviceShare(CaseResult result)
    {
        Measure least = default;
        foreach ((double work, Measure? perUnit) in new[] { (result.Flops, _devicePerFlop), (result.Bytes, _devicePerByte) })
        {
            if (work <= 0) continue;
            if (perUnit is null) return null;
            least = Measure.Max(least, perUnit.Value * work);
        }

        return least / Measure.Of(result.Nanoseconds);
    }

    private static Measure Faster(Measure? a, Measure b) => a is { } other && other.Median <= b.Median ? other : b;

    // BenchmarkDotNet does not list parameters in the order of the source.
    private static bool IsGemm(string name) =>
        name.StartsWith("MatMulBenchmark.MatMul(", StringComparison.Ordinal) && Holds(name, "Form: Forward") && Holds(name, "Shape: 1024x1024x1024");

    private static bool IsRead(string name) => name.StartsWith("MemoryReadBenchmark.Sum(", StringComparison.Ordinal);

    private static bool Holds(string name, string parameter) =>
        name.Contains(parameter + ",", StringComparison.Ordinal) || name.Contains(parameter + ")", StringComparison.Ordinal);
}
