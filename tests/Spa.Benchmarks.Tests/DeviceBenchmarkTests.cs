using System.Diagnostics;
using Spa.Benchmarks.Baselines;
using Spa.Benchmarks.Cuda;
using Spa.Emulator.Driver;
using Spa.Engine.Compute.Cuda;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Benchmarks.Tests;

/// <summary>The benchmarks of a device, on the emulated one: that they run and what is made of their files. Their times say nothing there.</summary>
internal sealed class DeviceBenchmarkTests
{
    [Test]
    public void Every_case_runs_on_the_emulated_device_and_goes_into_a_baseline_and_beside_the_peers()
    {
        using BenchmarkFolder folder = new();
        (int code, string output) = RunAll(folder.Root);
        Assert.That(code, Is.Zero, output[^Math.Min(output.Length, 3000)..]);
        string artifacts = folder.In("BenchmarkDotNet.Artifacts");
        MeasuredRun run = ResultFiles.Read([artifacts]);
        string[] ran = [.. run.Cases.Select(c => DeviceCase.Of(c.Name)?.Op).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        Assert.That(ran, Is.EqualTo(DeviceOps.All.Select(op => op.Name).Order(StringComparer.Ordinal)));
        Assert.That(run.Host.Device!.Architecture, Is.EqualTo("sm_90"));
        Assert.That(run.Cases.All(c => c.Flops > 0 || c.Bytes > 0), "every case knows its work");

        Baseline baseline = Baseline.Of("emulated", run.Date, run.Host, run.Cases);
        Assert.That(baseline.Cases, Has.All.Matches<BaselineCase>(c => c.OfCeiling is { Median: > 0 }));
        string path = folder.In("bench", "baselines", "emulated.json");
        BaselineFile.Write(path, baseline);
        Assert.That(BaselineFile.Read(path).Host, Is.EqualTo(run.Host));

        string peers = folder.In("peers.jsonl");
        File.WriteAllText(peers, """
            {"device": "somebody's", "torch": "2.11"}
            {"op": "matmul", "case": {"form": "nn", "k": 32, "m": 64, "n": 48}, "variant": "cublas", "cold_ms": 2000.0, "batch_ms": 1000.0, "spread": 0.1}
            {"op": "train", "case": {"task": "spa", "model": "tiny", "pairs": 2, "micro_batch": 1, "length": 12, "prompt": 6, "checkpointing": false}, "variant": "compiled", "batch_ms": 5000.0}
            {"op": "matmul", "case": {"form": "nt", "k": 32, "m": 64, "n": 48}, "variant": "odd", "refused": "no"}
            """);
        string[] table = [.. PeerTable.Lines(run, PeerFile.Read(peers))];
        Assert.That(table.Count(line => line.Contains("| cublas | 2000 |", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(table.Count(line => line.Contains("| cublas | 1000 |", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(table.Count(line => line.StartsWith("| train ", StringComparison.Ordinal) && line.Contains("| compiled | 5000 |", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public void Every_kernel_of_the_catalogue_is_measured_by_the_benchmark_of_an_op()
    {
        HashSet<string> launched = new(StringComparer.Ordinal), measured = new(StringComparer.Ordinal);
        using var driver = new EmulatedDriver();
        driver.Launched += launch => launched.Add(launch.Kernel);
        using var backend = new CudaBackend(new CudaOptions { Driver = driver, Ordinal = driver.FirstOrdinal, Emulated = true, Gemm = GemmLibrary.Own });
        Dictionary<string, KeyValuePair<string, string>[][]> sizes = DeviceOps.Sizes("smoke.json");
        // A phase launches most kernels, and measures none of them.
        foreach (DeviceOp op in DeviceOps.All.Except(PhaseOps.All))
        {
            foreach (KeyValuePair<string, string>[] size in sizes[op.Name])
            {
                using var inputs = new DeviceInputs(backend);
                Action call = op.Prepare(inputs, new DeviceCase(op.Name, size, op.Variants[0], op.Timings[0]));
                backend.Synchronize();
                // What prepares the inputs does not count.
                launched.Clear();
                call();
                backend.Synchronize();
                measured.UnionWith(launched);
            }
        }

        Assert.That(KernelCatalogue.Templates.Select(kernel => kernel.Entry).Except(measured), Is.Empty, "kernels without a benchmark");
    }

    [Test]
    public void Tiny_cases_have_the_form_of_those_that_the_peers_run()
    {
        var real = DeviceOps.Sizes([.. DeviceOps.RealSizes]);
        var tiny = DeviceOps.Sizes("smoke.json");
        Assert.That(tiny.Keys, Is.EquivalentTo(real.Keys));
        Assert.That(real.Keys, Is.EquivalentTo(DeviceOps.All.Select(op => op.Name)));
        Assert.Multiple(() =>
        {
            foreach ((string op, KeyValuePair<string, string>[][] cases) in real)
                foreach (KeyValuePair<string, string>[] size in cases) Assert.That(size.Select(s => s.Key), Is.EqualTo(tiny[op][0].Select(s => s.Key)), op);
        });
    }

    [Test]
    public void A_case_is_read_from_the_name_of_its_result()
    {
        DeviceCase c = new("matmul", [new("m", "8"), new("n", "4"), new("k", "2"), new("form", "nt")], "own", DeviceTiming.Cold);
        DeviceCase read = DeviceCase.Of($"Cuda.DeviceMatMulBenchmark.Run(Case: {c})")!;
        Assert.That((read.ToString(), read.Flops, read.Bytes), Is.EqualTo((c.ToString(), 128.0, 112.0)));
        Assert.That(DeviceCase.Of(BenchmarkFolder.Op), Is.Null);
    }

    // In a process of its own: the device is chosen by a variable and stays open.
    private static (int Code, string Output) RunAll(string folder)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Spa.Benchmarks"), ["--filter", "*Cuda.*"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[BenchmarkDevice.Variable] = BenchmarkDevice.Emulator;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }
}
