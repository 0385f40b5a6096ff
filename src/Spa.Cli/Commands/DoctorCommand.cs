using System.Globalization;
using System.Text.Json.Nodes;
using Spa.Cli.Diagnosis;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Compute.Cuda.Jit;
using Spa.Engine.Compute.Cuda.Kernels;
using Spa.Interop;
using Spa.Interop.Driver;
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
        NativeProbeResult nvrtc = NativeLibraries.FindNvrtc(), cublasLt = NativeLibraries.FindCublasLt();
        report["nvrtc"] = Describe(nvrtc, CudaVersions.OfNvrtc(nvrtc));
        report["cublaslt"] = Describe(cublasLt, CudaVersions.OfCublasLt(cublasLt));
        report["kernels"] = new JsonObject { ["variants"] = KernelCatalogue.Variants.Count(), ["packed"] = PtxArchive.Embedded.Count, ["cache"] = KernelCache.OfUser().Folder };
        report["backend_auto"] = "cpu";
        report["backend_auto_reason"] = "the CUDA backend has run on the emulated device only so far; --backend cuda takes it";
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
        NativeProbeResult library = NativeLibraries.FindCudaDriver();
        JsonObject report = Describe(library, CudaVersions.OfDriver(library));
        if (!library.IsFound) return report;
        try
        {
            CudaDriver driver = CudaDriver.Load(library);
            report["devices"] = new JsonArray([.. Enumerable.Range(0, driver.DeviceGetCount()).Select(i => (JsonNode)DeviceText(new CudaDevice(driver, driver.DeviceGet(i))))]);
        }
        catch (Exception error) when (error is NativeCallException or EntryPointNotFoundException)
        {
            report["failure"] = error.Message;
        }

        return report;
    }

    private static string DeviceText(CudaDevice device) =>
        string.Create(CultureInfo.InvariantCulture, $"{device.Name} (sm_{device.Major}{device.Minor}, {device.Multiprocessors} multiprocessors, {device.TotalBytes / 1e9:0.0} GB)");

    private static JsonObject Describe(NativeProbeResult result, int? version) => new()
    {
        ["found"] = result.Name,
        ["version"] = version is { } known ? CudaVersions.Text(known) : null,
        ["tried"] = new JsonArray([.. result.Tried.Select(name => (JsonNode)name)]),
    };
}
