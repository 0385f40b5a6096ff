using Spa.Interop.Driver;

namespace Spa.Engine.Compute.Cuda.Jit;

/// <summary>What a kernel is compiled for: machine code of an architecture (<c>sm_90a</c>), or PTX (<c>compute_80</c>).</summary>
/// <param name="Architecture">The name that NVRTC takes.</param>
public readonly record struct KernelTarget(string Architecture)
{
    private const int OldestMajor = 8;

    /// <summary>PTX that every supported driver and the emulator read.</summary>
    public static KernelTarget Ptx { get; } = new("compute_80");

    /// <summary>What a kernel must compile for before a change is accepted.</summary>
    public static IReadOnlyList<KernelTarget> Supported { get; } = [new("sm_80"), new("sm_90a"), new("sm_100a"), new("sm_120")];

    public bool IsPtx => Architecture.StartsWith("compute_", StringComparison.Ordinal);

    /// <summary>The target of a device. Hopper and Blackwell data-centre devices have instructions that only their <c>a</c> targets offer.</summary>
    /// <exception cref="SpaException">The device is older than compute capability 8.0.</exception>
    public static KernelTarget Of(CudaDevice device, bool emulated)
    {
        if (device.Major < OldestMajor)
            throw new SpaException($"{device.Name} has compute capability {device.Major}.{device.Minor}; the kernels need 8.0 or newer: use another device or --backend cpu");
        return emulated ? Ptx : new KernelTarget($"sm_{device.Major}{device.Minor}{(device.Major is 9 or 10 ? "a" : "")}");
    }

    public override string ToString() => Architecture;
}
