using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Spa.Cli.Diagnosis;

/// <summary>What the machine says about itself. Facts that a system does not offer are null.</summary>
internal static class MachineInfo
{
    /// <summary>Model name of the processor.</summary>
    public static string? Processor => OperatingSystem.IsWindows()
        ? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
        : FieldOf("/proc/cpuinfo", "model name") ?? FieldOf("/proc/cpuinfo", "Model");

    /// <summary>Memory that this process may use, bytes; a container's limit counts.</summary>
    public static long MemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Memory that is free for new work, bytes.</summary>
    public static long? FreeMemoryBytes =>
        FieldOf("/proc/meminfo", "MemAvailable") is { } text && long.TryParse(text.Split(' ')[0], CultureInfo.InvariantCulture, out long kib)
            ? Math.Min(kib << 10, MemoryBytes) : null;

    /// <summary>Instruction sets that the CPU kernels profit from.</summary>
    public static string InstructionSets
    {
        get
        {
            List<string> sets = [];
            if (Avx512F.IsSupported) sets.Add("AVX-512");
            if (Avx2.IsSupported) sets.Add("AVX2");
            if (Fma.IsSupported) sets.Add("FMA");
            if (AdvSimd.IsSupported) sets.Add("NEON");
            return sets.Count > 0 ? string.Join(' ', sets) : "none known";
        }
    }

    public static string Runtime => $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}";

    public static string System => RuntimeInformation.OSDescription;

    /// <summary>Free bytes on the disk of a folder.</summary>
    public static long? FreeDiskBytes(string folder)
    {
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static string? FieldOf(string file, string name)
    {
        if (!File.Exists(file)) return null;
        string? line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal) && l.Contains(':', StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
