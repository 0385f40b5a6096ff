namespace Spa.Benchmarks.Baselines;

/// <summary>The CUDA device that figures were measured on.</summary>
/// <param name="Name">As the driver says.</param>
/// <param name="Architecture">Such as sm_90.</param>
/// <param name="Multiprocessors">Count.</param>
/// <param name="ClockMegahertz">Highest clock of the multiprocessors.</param>
/// <param name="MemoryClockMegahertz">Highest clock of the memory.</param>
/// <param name="MemoryMegabytes">Size of the memory in units of 2^20 bytes.</param>
/// <param name="DriverVersion">CUDA version of the driver, such as 13000.</param>
public sealed record DeviceDescription(string Name, string Architecture, int Multiprocessors, int ClockMegahertz, int MemoryClockMegahertz, long MemoryMegabytes, int DriverVersion)
{
    /// <summary>Whether times on both can be compared; the driver may differ.</summary>
    public bool IsSameDevice(DeviceDescription other) => this with { DriverVersion = 0, MemoryMegabytes = 0 } == (other with { DriverVersion = 0, MemoryMegabytes = 0 });

    public override string ToString() => $"{Name}, {Architecture}, {Multiprocessors} multiprocessors at {ClockMegahertz} MHz, memory at {MemoryClockMegahertz} MHz, CUDA {DriverVersion / 1000}.{DriverVersion % 1000 / 10}";
}
