namespace Spa.Emulator.Counters;

/// <summary>Published limits of a device, from its datasheet.</summary>
/// <param name="Name">Name of the device.</param>
/// <param name="Multiprocessors">Streaming multiprocessors; each issues up to four warp instructions a cycle.</param>
/// <param name="ClockMegahertz">Boost clock.</param>
/// <param name="MemoryGigabytesPerSecond">Bandwidth of device memory.</param>
/// <param name="MatrixTeraflops">Dense bfloat16 rate of the tensor cores.</param>
/// <param name="Float32Teraflops">Rate of float32 outside of tensor cores.</param>
public sealed record DeviceLimits(string Name, int Multiprocessors, double ClockMegahertz, double MemoryGigabytesPerSecond, double MatrixTeraflops, double Float32Teraflops)
{
    public static readonly DeviceLimits H200 = new("H200 SXM", 132, 1980, 4800, 989, 67);
    public static readonly DeviceLimits H100 = new("H100 SXM", 132, 1980, 3350, 989, 67);
    public static readonly DeviceLimits A100 = new("A100 SXM 80 GB", 108, 1410, 2039, 312, 19.5);
}
