namespace Spa.Interop;

/// <summary>Published limits of a device, from its data sheet.</summary>
/// <param name="Name">Name of the device.</param>
/// <param name="Multiprocessors">Streaming multiprocessors; each issues up to four warp instructions a cycle.</param>
/// <param name="ClockMegahertz">Boost clock.</param>
/// <param name="MemoryGigabytes">Device memory, in 10^9 bytes.</param>
/// <param name="MemoryGigabytesPerSecond">Bandwidth of device memory.</param>
/// <param name="MatrixTeraflops">Dense bfloat16 rate of the tensor cores with float32 sums.</param>
/// <param name="Float32Teraflops">Rate of float32 outside of tensor cores.</param>
public sealed record DeviceLimits(string Name, int Multiprocessors, double ClockMegahertz, double MemoryGigabytes, double MemoryGigabytesPerSecond, double MatrixTeraflops,
    double Float32Teraflops)
{
    public static readonly DeviceLimits H200 = new("H200 SXM", 132, 1980, 141, 4800, 989, 67);
    public static readonly DeviceLimits H100 = new("H100 SXM", 132, 1980, 80, 3350, 989, 67);
    public static readonly DeviceLimits A100 = new("A100 SXM 80 GB", 108, 1410, 80, 2039, 312, 19.5);

    private static readonly Dictionary<string, DeviceLimits> s_byName = new()
    {
        ["H200"] = H200,
        ["H100"] = H100,
        ["A100-80GB"] = A100,
        ["A100-40GB"] = A100 with { Name = "A100 SXM 40 GB", MemoryGigabytes = 40, MemoryGigabytesPerSecond = 1555 },
        ["L40S"] = new("L40S", 142, 2520, 48, 864, 362, 91.6),
        ["RTX-5090"] = new("RTX 5090", 170, 2407, 32, 1792, 209.5, 104.8),
        ["RTX-4090"] = new("RTX 4090", 128, 2520, 24, 1008, 165.2, 82.6),
        ["RTX-3090"] = new("RTX 3090", 82, 1695, 24, 936, 71, 35.6),
    };

    /// <summary>Short names, as a command line takes them.</summary>
    public static IReadOnlyCollection<string> Names => s_byName.Keys;

    /// <summary>A device by its short name, capitals, blanks and dashes aside (<c>rtx 4090</c>); <c>A100</c> is the one of 80 GB. Null: not known.</summary>
    public static DeviceLimits? Find(string name)
    {
        string plain = Plain(name);
        return s_byName.FirstOrDefault(device => Plain(device.Key) == plain || Plain(device.Key) == plain + "80GB").Value;
    }

    private static string Plain(string name) => name.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
}
