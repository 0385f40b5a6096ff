using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>The primary context of a device: its memory, streams and loaded code, and the fault after which every call fails.</summary>
internal sealed class EmulatedContext
{
    private readonly List<EmulatedStream> _streams = [];

    public EmulatedContext(DeviceSlot slot)
    {
        Slot = slot;
        EmulatedDriverOptions options = slot.Driver.Options;
        Core = new EmulatedDevice(options.Emulator with { MaxSharedBytes = options.Architecture.SharedBytesPerBlockOptIn });
        Memory = new ContextMemory(this);
        Handle = HandleTable.Add(this);
        Legacy = new EmulatedStream(this, CUstream_flags.CU_STREAM_DEFAULT, 0, legacy: true);
        Objects.Clear();
    }

    public DeviceSlot Slot { get; }

    public EmulatedDriver Driver => Slot.Driver;

    public EmulatedDevice Core { get; }

    public ContextMemory Memory { get; }

    public nint Handle { get; }

    /// <summary>The default stream, which waits for all blocking streams and for which they wait.</summary>
    public EmulatedStream Legacy { get; }

    /// <summary>What the program made and has to destroy.</summary>
    public HashSet<EmulatedObject> Objects { get; } = [];

    public bool Ended { get; private set; }

    /// <summary>The error that every call returns since a kernel or a copy failed on the device.</summary>
    public DriverErrorException? Fault { get; private set; }

    public IReadOnlyList<EmulatedStream> Streams => _streams;

    public void Add(EmulatedStream stream) => _streams.Add(stream);

    public void ThrowIfUnusable()
    {
        if (Ended) throw new DriverErrorException(CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED, "the context ended: its device was released as often as retained");
        if (Fault is not null) throw Fault;
    }

    /// <summary>Keeps a device fault, reports it and drops all queued work.</summary>
    public void Fail(CUresult result, string report)
    {
        Fault = new DriverErrorException(result, report);
        Driver.ReportFault(report);
        foreach (EmulatedStream stream in _streams) stream.Drop();
    }

    /// <summary>Runs all work of all streams, one piece of a stream drawn by the seed after the other.</summary>
    public void Synchronize()
    {
        ThrowIfCapturing("waiting for a context");
        Drain();
        if (Fault is not null) throw Fault;
    }

    /// <summary>As <see cref="Synchronize"/>, for calls that a capture only forbids by its mode.</summary>
    /// <param name="what">The call in words.</param>
    public void SynchronizeFor(string what)
    {
        ThrowIfCapturing(what, onlyUnsafe: true);
        Drain();
        if (Fault is not null) throw Fault;
    }

    /// <summary>Refuses what may not happen during a capture, and spoils the capture as the real driver does.</summary>
    /// <param name="what">The forbidden action in words.</param>
    /// <param name="onlyUnsafe">True for calls that a capture forbids by its mode only.</param>
    public void ThrowIfCapturing(string what, bool onlyUnsafe = false)
    {
        foreach (EmulatedStream stream in _streams)
        {
            if (stream.Capture is not { } capture || onlyUnsafe && !capture.ForbidsUnsafeCalls) continue;
            capture.Invalidate();
            throw new DriverErrorException(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, $"{what} is not possible while a stream is being captured; the capture is lost");
        }
    }

    /// <summary>Runs what is queued, reports what was not destroyed (unless a fault made that impossible) and frees everything.</summary>
    public void End()
    {
        foreach (EmulatedStream stream in _streams) stream.AbandonCapture();
        Drain();
        if (Fault is null) ReportLeaks();
        foreach (EmulatedObject left in Objects.ToArray()) left.Destroy();
        Legacy.Destroy();
        HandleTable.Remove(Handle);
        Ended = true;
        Core.Dispose();
    }

    private void ReportLeaks()
    {
        foreach (EmulatedObject left in Objects.OrderBy(static left => left.Handle)) Driver.ReportLeak($"{left.Description} was not destroyed");
        foreach (string left in Memory.Descriptions) Driver.ReportLeak($"{left} were not freed");
    }

    private void Drain()
    {
        while (true)
        {
            _streams.RemoveAll(static stream => stream.IsDestroyed && stream.IsIdle);
            EmulatedStream[] busy = [.. _streams.Where(static stream => !stream.IsIdle)];
            if (busy.Length == 0) break;
            busy[Driver.Order.Next(busy.Length)].RunOne();
        }
    }
}
