using System.Text.Json;

namespace Spa.Benchmarks.Cuda;

/// <summary>All ops that are measured on devices, and their cases.</summary>
internal static class DeviceOps
{
    private static readonly Dictionary<string, DeviceOp> s_byName = new[] { CalibrationOps.All, MatMulOps.All, RowOps.All, AttentionOps.All, HeadOps.All, OptimizerOps.All, ElementOps.All, PairOps.All, FloatOps.All, PhaseOps.All }
        .SelectMany(ops => ops).ToDictionary(op => op.Name, StringComparer.Ordinal);

    public static IReadOnlyCollection<DeviceOp> All => s_byName.Values;

    public static DeviceOp Find(string name) => s_byName[name];

    /// <summary>The files of real sizes: what the peers run too, and what they have no part of.</summary>
    public static IReadOnlyList<string> RealSizes { get; } = ["cases.json", "own.json"];

    /// <summary>The cases of some ops: of real sizes, or tiny ones of the same form for the emulated device.</summary>
    public static IEnumerable<DeviceCase> Cases(IEnumerable<DeviceOp> ops)
    {
        Dictionary<string, KeyValuePair<string, string>[][]> peers = Sizes("cases.json");
        Dictionary<string, KeyValuePair<string, string>[][]> sizes = BenchmarkDevice.IsEmulated ? Sizes("smoke.json") : Sizes([.. RealSizes]);
        return from op in ops
               from size in sizes[op.Name]
               from variant in op.Variants
               from timing in op.Timings
                   // Nothing is measured there; both timings of what the peers run prove the clock.
               where !BenchmarkDevice.IsEmulated || timing == DeviceTiming.Batch || peers.ContainsKey(op.Name)
               select new DeviceCase(op.Name, size, variant, timing);
    }

    /// <summary>Files of sizes: objects whose members are ops, each with an array of objects of names and numbers or words.</summary>
    public static Dictionary<string, KeyValuePair<string, string>[][]> Sizes(params string[] files)
    {
        var sizes = new Dictionary<string, KeyValuePair<string, string>[][]>(StringComparer.Ordinal);
        foreach (string file in files)
        {
            using Stream stream = typeof(DeviceOps).Assembly.GetManifestResourceStream(file)!;
            using JsonDocument json = JsonDocument.Parse(stream);
            foreach (JsonProperty op in json.RootElement.EnumerateObject())
                sizes.Add(op.Name, [.. op.Value.EnumerateArray().Select(size => size.EnumerateObject().Select(s => new KeyValuePair<string, string>(s.Name, s.Value.ToString())).ToArray())]);
        }

        return sizes;
    }
}
