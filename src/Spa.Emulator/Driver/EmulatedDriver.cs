using Spa.Interop.Loading;

namespace Spa.Emulator.Driver;

/// <summary>
/// A CUDA driver for emulated devices: hands out unmanaged entry points under the names that libcuda exports, so that code written for the driver runs on it unmodified.
/// <para>
/// It is as late as the real driver may be: streams run when something waits for them, events and graphs order only what they order, and independent work runs in an
/// order drawn from the seed. It checks more than the real driver: handles, ranges and host memory of every call. All drivers of a process share the entry points; a
/// device is chosen by its ordinal, see <see cref="FirstOrdinal"/>.
/// </para>
/// </summary>
public sealed class EmulatedDriver : IEntryPoints, IDisposable
{
    private readonly DeviceSlot[] _devices;
    private readonly List<string> _leaks = [];
    private bool _disposed;

    public EmulatedDriver(EmulatedDriverOptions? options = null)
    {
        Options = options ?? new EmulatedDriverOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.Devices, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.MemoryBytes, 1);
        Order = new Random(unchecked((int)Options.Emulator.Seed));
        _devices = EmulatedMachine.Add(this, Options.Devices);
    }

    /// <summary>Raised after a kernel ran, on the thread that waited for it.</summary>
    public event Action<EmulatedLaunch>? Launched;

    public EmulatedDriverOptions Options { get; }

    public string Description => $"emulated CUDA driver (sm_{Options.Architecture.Target})";

    /// <summary>Ordinal of this driver's first device among the emulated devices of the process: 0 if no other driver is alive.</summary>
    public int FirstOrdinal => _devices[0].Ordinal;

    /// <summary>The full report of the last device fault; null if there was none.</summary>
    public string? LastFault { get; private set; }

    /// <summary>Why the last failed call of this thread, on any emulated driver, failed; null if none failed.</summary>
    public static string? LastError => EmulatedMachine.Message;

    /// <summary>What was not destroyed or freed when its context ended, one line each; nothing of contexts with a fault, where destroying fails.</summary>
    public IReadOnlyList<string> Leaks => _leaks;

    /// <summary>Guards everything that belongs to this driver.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>Draws the order of independent work.</summary>
    internal Random Order { get; }

    internal PinnedRanges Pinned { get; } = new();

    public nint Find(string name) => EntryPoints.Find(name);

    /// <summary>Ends the contexts of all devices, with what is left in them.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        foreach (DeviceSlot device in _devices) device.End();
        lock (Gate)
        {
            _leaks.AddRange(Pinned.Descriptions.Select(static range => $"{range} were not freed"));
            Pinned.FreeAll();
        }

        EmulatedMachine.Remove(_devices);
    }

    internal void ReportFault(string report)
    {
        LastFault = report;
        Options.FaultOutput?.WriteLine(report);
    }

    internal void ReportLeak(string leak) => _leaks.Add(leak);

    internal void OnLaunched(EmulatedLaunch launch) => Launched?.Invoke(launch);
}
