using System.Globalization;
using System.Text.RegularExpressions;

namespace Spa.Benchmarks.Cuda;

/// <summary>
/// An op at one size: <c>rmsnorm_forward rows=16384 columns=4096 cold</c>. Ops and sizes are those of bench/peers/gpu/cases.json, so that a case stands beside the peers' of the same
/// sizes.
/// </summary>
/// <param name="Op">Name of a <see cref="DeviceOp"/>.</param>
/// <param name="Sizes">Names and values in the order of the file.</param>
/// <param name="Variant">Of several ways to do the same work, or empty.</param>
/// <param name="Timing">What its time means.</param>
public sealed partial record DeviceCase(string Op, IReadOnlyList<KeyValuePair<string, string>> Sizes, string Variant, DeviceTiming Timing) : IBenchmarkWork
{
    public double Flops => DeviceOps.Find(Op).Flops(this);

    public double Bytes => DeviceOps.Find(Op).Bytes(this);

    /// <summary>A size as a number.</summary>
    public int this[string size] => int.Parse(Text(size), CultureInfo.InvariantCulture);

    /// <summary>A size as it stands in the file.</summary>
    public string Text(string size) => Sizes.First(s => s.Key == size).Value;

    public override string ToString()
    {
        string variant = Variant.Length == 0 ? "" : $" [{Variant}]";
        return $"{Op} {string.Join(' ', Sizes.Select(s => $"{s.Key}={s.Value}"))}{variant} {(Timing == DeviceTiming.Cold ? "cold" : "batch")}";
    }

    /// <summary>The case in the name of a result, or null: it is none of a device.</summary>
    public static DeviceCase? Of(string name)
    {
        Match match = Pattern().Match(name);
        if (!match.Success || DeviceOps.All.All(op => op.Name != match.Groups["op"].Value)) return null;
        KeyValuePair<string, string>[] sizes = [.. match.Groups["size"].Captures.Select(size => size.Value.Split('=')).Select(pair => new KeyValuePair<string, string>(pair[0], pair[1]))];
        return new DeviceCase(match.Groups["op"].Value, sizes, match.Groups["variant"].Value, match.Groups["timing"].Value == "cold" ? DeviceTiming.Cold : DeviceTiming.Batch);
    }

    [GeneratedRegex(@"^Cuda\.\w+\.Run\(Case: (?<op>\w+)(?: (?<size>\w+=[\w.-]+))+(?: \[(?<variant>[\w -]+)\])? (?<timing>cold|batch)\)$")]
    private static partial Regex Pattern();
}
