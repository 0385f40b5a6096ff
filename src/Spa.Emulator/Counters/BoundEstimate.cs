using System.Globalization;
using Spa.Interop;

namespace Spa.Emulator.Counters;

/// <summary>
/// An estimate of the least time that a launch can take on a device, from its counts and the device's published limits: each resource alone, all of it busy all the time.
/// No device reaches it, and what it leaves out (latency, caches, tails) can cost a multiple; it says which limit is nearest.
/// </summary>
public sealed record BoundEstimate
{
    private const int IssuesPerCycle = 4, SpecialPerCycle = 16;

    private BoundEstimate(DeviceLimits limits) => Limits = limits;

    public DeviceLimits Limits { get; }

    /// <summary>Sectors of 32 bytes against memory bandwidth, as if no cache helped, in microseconds.</summary>
    public double MemoryMicroseconds { get; private init; }

    /// <summary>Matrix instructions against the tensor cores.</summary>
    public double MatrixMicroseconds { get; private init; }

    /// <summary>All warp instructions against the issue slots.</summary>
    public double IssueMicroseconds { get; private init; }

    /// <summary>Passes over the banks of shared memory, one a cycle.</summary>
    public double SharedMicroseconds { get; private init; }

    /// <summary>Approximate functions against the special function units.</summary>
    public double SpecialMicroseconds { get; private init; }

    /// <summary>The largest of them.</summary>
    public double Microseconds => Math.Max(Math.Max(Math.Max(MemoryMicroseconds, MatrixMicroseconds), Math.Max(IssueMicroseconds, SharedMicroseconds)), SpecialMicroseconds);

    /// <summary>Name of the limit that is largest.</summary>
    public string Bound => Microseconds switch
    {
        var most when most == MemoryMicroseconds => "memory",
        var most when most == MatrixMicroseconds => "matrix",
        var most when most == IssueMicroseconds => "issue",
        var most when most == SharedMicroseconds => "shared",
        _ => "special",
    };

    /// <summary>The estimate for some counts.</summary>
    public static BoundEstimate From(LaunchCounts counts, DeviceLimits limits)
    {
        double cyclesPerMicrosecond = limits.ClockMegahertz * limits.Multiprocessors;
        return new BoundEstimate(limits)
        {
            MemoryMicroseconds = counts.GlobalSectors * 32.0 / (limits.MemoryGigabytesPerSecond * 1e3),
            MatrixMicroseconds = counts.MatrixFlops / (limits.MatrixTeraflops * 1e6),
            IssueMicroseconds = counts.Instructions / (IssuesPerCycle * cyclesPerMicrosecond),
            SharedMicroseconds = counts.SharedPasses / cyclesPerMicrosecond,
            SpecialMicroseconds = counts.Of(InstructionClass.Special) * 32.0 / (SpecialPerCycle * cyclesPerMicrosecond),
        };
    }

    public override string ToString()
    {
        string parts = string.Create(CultureInfo.InvariantCulture,
            $"memory {MemoryMicroseconds:0.###}, matrix {MatrixMicroseconds:0.###}, issue {IssueMicroseconds:0.###}, shared {SharedMicroseconds:0.###}, special {SpecialMicroseconds:0.###}");
        return string.Create(CultureInfo.InvariantCulture, $"estimate for {Limits.Name}: at least {Microseconds:0.###} us by {Bound} ({parts})");
    }
}
