using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Cli.Diagnosis;
using Spa.Cli.Terminal;
using Spa.Engine.Pipeline.Estimates;
using Spa.Interop;

namespace Spa.Cli.Commands;

/// <summary>An estimate for people and programs.</summary>
/// <param name="Estimate">What was counted.</param>
/// <param name="Device">A named GPU; null: this machine.</param>
/// <param name="Gigaflops">Rate of a large product on this machine; not used with a device.</param>
/// <param name="Assumed">What was not read.</param>
internal sealed record EstimateReport(RunEstimate Estimate, DeviceLimits? Device, double Gigaflops, IReadOnlyList<string> Assumed)
{
    // What a training step gets of the rate of a bare product on the CPU; docs/benchmarks/cpu.md has measured shares.
    private const double ProductShare = 0.7;

    /// <summary>Of all phases.</summary>
    public double Seconds => Estimate.Phases.Sum(SecondsOf);

    private long? FreeBytes => Device is { } device ? (long)(device.MemoryGigabytes * 1e9) : MachineInfo.FreeMemoryBytes ?? MachineInfo.MemoryBytes;

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["parameters"] = Estimate.Parameters,
            ["weight_bytes"] = Estimate.WeightBytes,
            ["memory_bytes"] = Estimate.PeakMemoryBytes,
            ["memory_available_bytes"] = FreeBytes,
            ["disk_bytes"] = Estimate.DiskBytes,
            ["seconds"] = Seconds,
            ["phases"] = new JsonArray([.. Estimate.Phases.Select(phase => new JsonObject
            {
                ["name"] = phase.Name, ["tokens"] = phase.Tokens, ["memory_bytes"] = phase.MemoryBytes, ["seconds"] = SecondsOf(phase),
            })]),
        };
        if (Device is null) json["gigaflops"] = Gigaflops;
        else json["device"] = new JsonObject { ["name"] = Device.Name, ["matrix_share"] = PhaseEstimate.MatrixShare, ["bandwidth_share"] = PhaseEstimate.BandwidthShare };
        if (Assumed.Count > 0) json["assumed"] = new JsonArray([.. Assumed.Select(a => (JsonNode)a)]);
        return json;
    }

    public IEnumerable<string> ToText()
    {
        int width = Estimate.Phases.Max(phase => phase.Name.Length);
        foreach (PhaseEstimate phase in Estimate.Phases)
            yield return $"{phase.Name.PadRight(width)}  {phase.Tokens,12} tokens  {Gigabytes(phase.MemoryBytes),9}  {Time(SecondsOf(phase)),9}";
        foreach (string line in Assumed) yield return $"assumed {line}";
        yield return $"memory  {Gigabytes(Estimate.PeakMemoryBytes)} at most, {Gigabytes(FreeBytes)} are {(Device is null ? "free" : "the device's")}";
        yield return $"disk    {Gigabytes(Estimate.DiskBytes)}";
        yield return Device is null ? $"time    about {Time(Seconds)} at {Gigaflops.ToString("0", CultureInfo.InvariantCulture)} GFLOP/s"
            : $"time    about {Time(Seconds)} on {Device.Name}, an estimate: {PhaseEstimate.MatrixShare:P0} of its published matrix rate and {PhaseEstimate.BandwidthShare:P0} of its bandwidth are assumed";
        if (Estimate.PeakMemoryBytes > FreeBytes)
            yield return "this does not fit: lower per_device_train_batch_size or max_length, set gradient_checkpointing, use dtype bfloat16, or optim adamw_8bit or use_peft";
    }

    private double SecondsOf(PhaseEstimate phase) => Device is { } device ? phase.Seconds(device) : phase.Seconds(Gigaflops, ProductShare);

    private static string Gigabytes(long? bytes) => bytes is { } count ? string.Create(CultureInfo.InvariantCulture, $"{count / 1e9:0.00} GB") : "an unknown number of GB";

    private static string Time(double seconds) => ProgressText.Duration(TimeSpan.FromSeconds(seconds));
}
