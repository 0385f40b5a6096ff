using System.Globalization;
using System.Text.Json.Nodes;

namespace Spa.Cli.Diagnosis;

/// <summary>The doctor's report for people: a name and a sentence a line.</summary>
internal static class DoctorText
{
    public static IEnumerable<(string Name, string Text)> Lines(JsonObject report)
    {
        yield return ("spa", $"{report["version"]}");
        yield return (".NET", $"{report["runtime"]}");
        yield return ("system", $"{report["system"]}");
        yield return ("processor", $"{report["processor"] ?? "unknown"}, {report["processors"]} threads, {report["instruction_sets"]}; kernels use "
            + $"{report["vector_bits"]}-bit vectors");
        yield return ("memory", $"{Gigabytes(report["memory_bytes"])}, {Gigabytes(report["memory_free_bytes"])} free");
        yield return ("disk", $"{Gigabytes(report["disk_free_bytes"])} free at {report["folder"]}");
        yield return ("CPU backend", Cpu(report["cpu"]!.AsObject()));
        yield return ("CUDA driver", Driver(report["cuda_driver"]!.AsObject()));
        yield return ("NVRTC", Library(report["nvrtc"]!.AsObject()));
        yield return ("cuBLASLt", Library(report["cublaslt"]!.AsObject()));
        yield return ("kernels", $"{report["kernels"]!["variants"]} variants, {report["kernels"]!["packed"]} of them packed as PTX; compiled ones in {report["kernels"]!["cache"]}");
        yield return ("--backend auto", $"{report["backend_auto"]}: {report["backend_auto_reason"]}");
    }

    private static string Cpu(JsonObject cpu)
    {
        double error = cpu["matmul_error"]!.GetValue<double>();
        string speed = $"about {cpu["gigaflops"]} GFLOP/s, {cpu["read_gigabytes_per_second"]} GB/s read, {cpu["threads"]} threads";
        return string.Create(CultureInfo.InvariantCulture,
            $"{(cpu["works"]!.GetValue<bool>() ? "works" : "WRONG RESULTS")} (error {error:0.0e+0} of the largest value); {speed}");
    }

    private static string Driver(JsonObject driver)
    {
        if (driver["found"] is null) return Library(driver);
        if (driver["failure"] is { } failure) return $"{Library(driver)}; {failure}";
        JsonArray devices = driver["devices"]!.AsArray();
        return $"{Library(driver)}; {(devices.Count > 0 ? string.Join(", ", devices.Select(d => d!.ToString())) : "no devices")}";
    }

    private static string Library(JsonObject library) =>
        library["found"] is { } name ? $"{name}, CUDA {library["version"] ?? "version unknown"}" : $"not found; tried {string.Join(", ", library["tried"]!.AsArray().Select(n => n!.ToString()))}";

    private static string Gigabytes(JsonNode? bytes) =>
        bytes is null ? "unknown" : string.Create(CultureInfo.InvariantCulture, $"{bytes.GetValue<long>() / 1e9:0.0} GB");
}
