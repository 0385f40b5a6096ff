using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Spa.Benchmarks.Baselines;

/// <summary>Reads what BenchmarkDotNet's full JSON exporter wrote.</summary>
public static partial class ResultFiles
{
    private const string Namespace = "Spa.Benchmarks.";

    /// <summary>All cases of one or several runs; a case's iterations of all runs count together, so that the spread is also that between runs.</summary>
    /// <param name="folders">BenchmarkDotNet.Artifacts folders, or their results folders.</param>
    /// <exception cref="BaselineException">A folder has no results, a file cannot be used, a case stands twice in a folder, or the runs are from two
    /// machines.</exception>
    public static MeasuredRun Read(IReadOnlyList<string> folders)
    {
        HostDescription? host = null;
        DateTime latest = default;
        var cases = new Dictionary<string, CaseResult>(StringComparer.Ordinal);
        foreach (string folder in folders)
        {
            var inFolder = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (string file in Files(folder))
            {
                MeasuredRun run = ReadFile(file);
                run = run with { Host = run.Host with { Device = DeviceFile.Read(Path.GetDirectoryName(file)!) } };
                if (host is not null && !host.IsSameMachine(run.Host))
                    throw new BaselineException($"'{file}' was measured on another machine than the files before ({run.Host}; {host}); give the results of one");
                host ??= run.Host;
                if (File.GetLastWriteTimeUtc(file) is var written && written > latest) latest = written;
                foreach (CaseResult result in run.Cases)
                {
                    if (!inFolder.TryAdd(result.Name, file))
                        throw new BaselineException($"'{result.Name}' stands in '{inFolder[result.Name]}' and in '{file}'; remove the folder and run one job");
                    cases[result.Name] = cases.TryGetValue(result.Name, out CaseResult? before) ? Joined(before, result) : result;
                }
            }
        }
        return new MeasuredRun(host!, DateOnly.FromDateTime(latest), [.. cases.Values]);
    }

    private static string[] Files(string folder)
    {
        string inner = Path.Combine(folder, "results"), results = Directory.Exists(inner) ? inner : folder;
        string[] files = Directory.Exists(results) ? [.. Directory.GetFiles(results, "*-report-full.json").Order(StringComparer.Ordinal)] : [];
        return files.Length > 0 ? files : throw new BaselineException($"'{folder}' has no *-report-full.json; run the benchmarks first, or name their "
            + "BenchmarkDotNet.Artifacts folder with --from");
    }

    private static MeasuredRun ReadFile(string file)
    {
        try
        {
            JsonNode root = JsonNode.Parse(File.ReadAllText(file))!, host = root["HostEnvironmentInfo"]!;
            JsonArray benchmarks = root["Benchmarks"]!.AsArray();
            // A case that failed has no statistics and says nothing of the processor.
            JsonNode[] measured = [.. benchmarks.Where(b => b!["Statistics"] is not null).Select(b => b!)];
            string intrinsics = measured.Select(b => Text(b, "HardwareIntrinsics")).FirstOrDefault(text => text.Length > 0) ?? "";
            var description = new HostDescription(Text(host, "ProcessorName"), host["LogicalCoreCount"]?.GetValue<int>() ?? 0, Text(host, "Architecture"), intrinsics,
                Text(host, "OsVersion"), Text(host, "RuntimeVersion"));
            return new MeasuredRun(description, default, [.. measured.Select(Case)]);
        }
        catch (Exception error)
            when (error is JsonException or InvalidOperationException or NullReferenceException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new BaselineException($"'{file}' is not a full JSON report of BenchmarkDotNet ({error.Message.ReplaceLineEndings(" ").TrimEnd('.')}); remove it and "
                + "run the benchmark again", error);
        }
    }

    private static CaseResult Case(JsonNode json)
    {
        string name = json["FullName"]!.GetValue<string>();
        if (name.StartsWith(Namespace, StringComparison.Ordinal)) name = name[Namespace.Length..];
        double[] values = [.. json["Statistics"]!["OriginalValues"]!.AsArray().Select(v => v!.GetValue<double>())];
        if (values.Length == 0) throw new FormatException($"{name} has no values");
        double Metric(string id) => json["Metrics"]?.AsArray().FirstOrDefault(m => m!["Descriptor"]!["Id"]!.GetValue<string>() == id)?["Value"]!.GetValue<double>() ?? 0;
        long allocated = (long)(json["Memory"]?["BytesAllocatedPerOperation"]?.GetValue<double>() ?? 0);
        Match threads = Threads().Match(json["Parameters"]?.GetValue<string>() ?? "");
        return new CaseResult(name, values, Metric(WorkDiagnoser.Flops), Metric(WorkDiagnoser.Bytes), allocated,
            threads.Success ? int.Parse(threads.Groups[1].Value) : null);
    }

    private static CaseResult Joined(CaseResult a, CaseResult b) =>
        a with { Nanoseconds = [.. a.Nanoseconds, .. b.Nanoseconds], Allocated = Math.Max(a.Allocated, b.Allocated) };

    private static string Text(JsonNode json, string key) => json[key]?.GetValue<string>() ?? "";

    [GeneratedRegex(@"(?:^|&)Threads=(\d+)")]
    private static partial Regex Threads();
}
