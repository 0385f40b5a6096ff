using System.Globalization;
using Spa.Benchmarks.Cuda;

namespace Spa.Benchmarks.Baselines;

/// <summary>A device's figures beside those of other libraries for the same work, as a Markdown table: our best variant of a case against each of theirs.</summary>
public static class PeerTable
{
    public static IEnumerable<string> Lines(MeasuredRun run, IReadOnlyList<PeerCase> peers)
    {
        var ceilings = new Ceilings(run.Cases);
        ILookup<(string, string), PeerCase> theirs = peers.ToLookup(p => (p.Op, p.Sizes));
        yield return run.Host.ToString();
        yield return "";
        yield return "| case | timing | ours | ms | GB/s or TFLOP/s | of the ceiling | peer | ms | speedup |";
        yield return "|---|---|---|---:|---:|---:|---|---:|---:|";
        var ours = from result in run.Cases
                   let c = DeviceCase.Of(result.Name)
                   where c is not null
                   group (Case: c, Result: result, Time: Measure.Of(result.Nanoseconds).Median / 1e6) by (c.Op, Sizes: PeerFile.SizesOf(c.Sizes), c.Timing) into same
                   select same.MinBy(r => r.Time);
        foreach ((DeviceCase c, CaseResult result, double time) in ours)
        {
            string mine = $"| {c.Op} {string.Join(' ', c.Sizes.Select(s => $"{s.Key}={s.Value}"))} | {(c.Timing == DeviceTiming.Cold ? "cold" : "batch")} | {c.Variant} | {Number(time, "G4")} | {Rate(result, time)} | "
                + $"{(ceilings.Share(result) is { } share ? Number(100 * share.Median, "F1") + " %" : "-")} |";
            PeerCase[] same = [.. theirs[(c.Op, PeerFile.SizesOf(c.Sizes))].Where(p => c.Timing == DeviceTiming.Batch || p.Cold is not null)];
            if (same.Length == 0) yield return $"{mine} - | - | - |";
            foreach (PeerCase peer in same)
            {
                double other = c.Timing == DeviceTiming.Batch ? peer.Batch : peer.Cold!.Value;
                yield return $"{mine} {peer.Variant} | {Number(other, "G4")} | {Number(other / time, "F2")} |";
            }
        }
    }

    private static string Rate(CaseResult result, double milliseconds) =>
        result.Flops > 0 ? Number(result.Flops / milliseconds / 1e9, "F1") + " TFLOP/s" : Number(result.Bytes / milliseconds / 1e6, "F0") + " GB/s";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
