using System.Text.Json.Nodes;
using Spa.Cli.Diagnosis;
using Spa.Engine.Compute.Cpu;
using Spa.Interop.Loading;

namespace Spa.Cli.Commands;

/// <summary><c>spa doctor</c>: what works on this machine, and why the rest does not.</summary>
internal sealed class DoctorCommand() : CliCommand("doctor", "Tells what works on this machine, and why the rest does not.")
{
    // Sums of 129 products of float32: a hundred units in the last place would already be a defect.
    private const double AllowedError = 1e-5;

    public override string Synopsis => "[options]";

    public override string Details => "Checks .NET, processor, memory and disk, computes a small product against double precision, measures roughly how fast this "
        + "machine multiplies and reads memory (about a second), and looks for the libraries of a GPU.";

    public override IReadOnlyList<string> Examples => ["spa doctor", "spa doctor --json"];

    public override int Run(CommandContext context)
    {
        JsonObject report = new() { ["version"] = VersionAction.Version };
        AddMachine(report);
        bool works = AddCpu(report, context.Threads > 0 ? context.Threads : Environment.ProcessorCount);
        report["cuda_driver"] = Driver();
        report["nvrtc"] = Library(NativeLibraries.Nvrtc);
        report["cublaslt"] = Library(NativeLibraries.CublasLt);
        report["backend_auto"] = "cpu";
        report["backend_auto_reason"] = "the CUDA backend is not part of this build yet";
        if (context.Json) context.WriteLine(report.ToJsonString());
        else foreach ((string name, string text) in DoctorText.Lines(report)) context.WriteLine($"{name,-14} {text}");
        return works ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static void AddMachine(JsonObject report)
    {
        string here = Directory.GetCurrentDirectory();
        report["runtime"] = MachineInfo.Runtime;
        report["system"] = MachineInfo.System;
        report["processor"] = MachineInfo.Processor;
        report["instruction_sets"] = MachineInfo.InstructionSets;
        report["vector_bits"] = (int)SimdLevels.Widest;
        report["processors"] = Environment.ProcessorCount;
        report["memory_bytes"] = MachineInfo.MemoryBytes;
        report["memory_free_bytes"] = MachineInfo.FreeMemoryBytes;
        report["folder"] = here;
        report["disk_free_bytes"] = MachineInfo.FreeDiskBytes(here);
    }

    private static bool AddCpu(JsonObject report, int threads)
    {
        using CpuBackend backend = new(new CpuOptions { Threads = threads });
        double error = CpuCheck.MatMulError(backend);
        report["cpu"] = new JsonObject
        {
            ["works"] = error < AllowedError,
            ["threads"] = threads,
            ["matmul_error"] = error,
            ["gigaflops"] = Math.Round(CpuCheck.GigaFlops(backend), 1),
            ["read_gigabytes_per_second"] = Math.Round(CpuCheck.ReadGigabytes(threads), 1),
        };
        return error < AllowedError;
    }

    private static JsonObject Driver()
    {
        NativeProbeResult driver = NativeProbe.Find(NativeLibraries.CudaDriver);
        JsonObject report = Describe(driver);
        if (!driver.IsFound) return report;
        report["version"] = CudaDriverProbe.Version(driver) is { } version ? $"{version / 1000}.{version % 1000 / 10}" : null;
        report["devices"] = CudaDriverProbe.DeviceCount(driver);
        return report;
    }

    private static JsonObject Library(IEnumerable<string> candidates) => Describe(NativeProbe.Find(candidates));

    private static JsonObject Describe(NativeProbeResult result) => new()
    {
        ["found"] = result.Name,
        ["tried"] = new JsonArray([.. result.Tried.Select(name => (JsonNode)name)]),
    };
}
