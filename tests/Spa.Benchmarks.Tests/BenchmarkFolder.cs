using System.Text.Json.Nodes;

namespace Spa.Benchmarks.Tests;

/// <summary>A checkout in small: a solution file, and result files in the form of BenchmarkDotNet's full JSON reports.</summary>
internal sealed class BenchmarkFolder : IDisposable
{
    public const string Gemm = "Spa.Benchmarks.MatMulBenchmark.MatMul(Threads: 2, Form: Forward, Shape: 1024x1024x1024)";
    public const string Read = "Spa.Benchmarks.MemoryReadBenchmark.Sum(Threads: 2, Size: 1024 MiB)";
    public const string Op = "Spa.Benchmarks.RowKernelBenchmark.Op(Threads: 2, Case: RmsNorm)";

    public BenchmarkFolder() => File.WriteAllText(Path.Combine(Root, "Spa.sln"), "");

    public string Root { get; } = Directory.CreateTempSubdirectory("spa-bench-").FullName;

    public string In(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A case of a result file; every iteration takes <paramref name="nanoseconds"/>, give or take <paramref name="spread"/> of it.</summary>
    public static JsonObject Case(string name, double nanoseconds, double flops = 0, double bytes = 0, long allocated = 0, double spread = 0.01, int iterations = 15)
    {
        JsonObject Metric(string id, double value) => new() { ["Value"] = value, ["Descriptor"] = new JsonObject { ["Id"] = id, ["Unit"] = "" } };
        double[] values = [.. Enumerable.Range(0, iterations).Select(i => nanoseconds * (1 + spread * (2.0 * i / (iterations - 1) - 1)))];
        return new JsonObject
        {
            ["FullName"] = name,
            ["Parameters"] = name.Contains("Threads: 2", StringComparison.Ordinal) ? "Threads=2&Case=x" : "",
            ["HardwareIntrinsics"] = "AVX-512",
            ["Statistics"] = new JsonObject { ["OriginalValues"] = new JsonArray([.. values.Select(v => (JsonNode)v)]) },
            ["Memory"] = new JsonObject { ["BytesAllocatedPerOperation"] = allocated },
            ["Metrics"] = new JsonArray(Metric("Flops", flops), Metric("Bytes", bytes)),
        };
    }

    /// <summary>The ceilings of a machine of 200 GFLOP/s and 20 GB/s (divided by <paramref name="slower"/>), and an op that reads 1 GB in 100 ms.</summary>
    public static JsonObject[] Run(double slower = 1, double op = 100e6, long allocated = 0) =>
    [
        Case(Gemm, 10e6 * slower, flops: 2e9, bytes: 12e6),
        Case(Read, 50e6 * slower, bytes: 1e9),
        Case(Op, op, bytes: 1e9, allocated: allocated),
    ];

    /// <summary>Writes a result file below <paramref name="folder"/> and returns the folder's path.</summary>
    public string Results(string folder, JsonObject[] cases, string processor = "Made-up CPU", string file = "All")
    {
        string results = In(folder, "results");
        Directory.CreateDirectory(results);
        var host = new JsonObject { ["ProcessorName"] = processor, ["LogicalCoreCount"] = 2, ["Architecture"] = "X64", ["OsVersion"] = "Linux", ["RuntimeVersion"] = ".NET 10" };
        File.WriteAllText(Path.Combine(results, $"{file}-report-full.json"), new JsonObject { ["Title"] = file, ["HostEnvironmentInfo"] = host, ["Benchmarks"] = new JsonArray([.. cases]) }.ToJsonString());
        return In(folder);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
