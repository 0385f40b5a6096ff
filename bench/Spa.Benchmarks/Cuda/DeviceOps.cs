using System.Text.Json;

namespace Spa.Benchmarks.Cuda;

/// <summary>All ops that are measured on devices, and their cases.</summary>
internal static class DeviceOps
{
    private static readonly Dictionary<string, DeviceOp> s_byName = new[] { CalibrationOps.All, MatMulOps.All, RowOps.All, AttentionOps.All, HeadOps.All, OptimizerOps.All, PhaseOps.All }
        .SelectMany(ops => ops).ToDictionary(op => op.Name, StringComparer.Ordinal);

    public static IReadOnlyCollection<DeviceOp> All => s_byName.Values;

    public static DeviceOp Find(string name) => s_byName[name];

    /// <summary>The cases of some ops: those that the peers run too, or tiny ones of the same form for the emulated device.</summary>
    public static IEnumerable<DeviceCase> Cases(IEnumerable<DeviceOp> ops)
    {
        Dictionary<string, KeyValuePair<string, string>[][]> sizes = Sizes(BenchmarkDevice.IsEmulated ? "smoke.json" : "cases.json");
        return from op in ops
               from size in sizes[op.Name]
               from variant in op.Variants
               from timing in op.Timings
               select new DeviceCase(op.Name, size, variant, timing);
    }

    /// <summary>A file of sizes: an object whose members are ops, each with an array of objects of names and numbers or words.</summary>
    public static Dictionary<string, KeyValuePair<string, string>[][]> Sizes(string file)
    {
        using Stream stream = typeof(DeviceOps).Assembly.GetManifestResourceStream(file)!;
        using JsonDocument json = JsonDocument.Parse(stream);
        return json.RootElement.EnumerateObject().ToDictionary(op => op.Name,
            op => op.Value.EnumerateArray().Select(size => size.EnumerateObject().Select(s => new KeyValuePair<string, string>(s.Name, s.Value.ToString())).ToArray()).ToArray(), StringComparer.Ordinal);
    }
}
