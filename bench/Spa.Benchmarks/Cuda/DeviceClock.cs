using Perfolizer.Horology;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cuda;
using Spa.Interop.Driver;

namespace Spa.Benchmarks.Cuda;

/// <summary>
/// The device's own time between two events, for BenchmarkDotNet. A reading begins a measurement, the next one ends it and waits. A cold measurement begins with the
/// flush of the second-level cache in the stream, so that the host has queued the call before the device comes to it: the cost of the launch is not in it.
/// </summary>
internal sealed class DeviceClock : IClock, IDisposable
{
    private CudaBackend? _backend;
    private CudaEvent? _begin;
    private CudaEvent? _end;
    private Tensor _flush;
    private int _calls;
    private bool _running;
    private long _now;

    public string Title => "device events";

    public bool IsAvailable => true;

    public Frequency Frequency => new(1e9);

    /// <summary>Measures on this device from now on.</summary>
    /// <param name="backend">Whose stream gets the work.</param>
    /// <param name="flush">More memory than the second-level cache, written before a cold measurement; absent: nothing is.</param>
    /// <param name="calls">Calls of a measurement: readings advance by the time of one.</param>
    public void Attach(CudaBackend backend, Tensor flush, int calls)
    {
        if (_backend != backend)
        {
            Dispose();
            (_backend, _begin, _end) = (backend, new CudaEvent(backend.Stream.Context, timed: true), new CudaEvent(backend.Stream.Context, timed: true));
        }

        (_flush, _calls, _running) = (flush, calls, false);
    }

    public long GetTimestamp()
    {
        // BenchmarkDotNet looks at its clock before a benchmark attaches a device.
        if (_backend is null) return 0;
        if (!_running)
        {
            if (!_flush.IsAbsent) _backend.Zero(_flush);
            _begin!.Record(_backend.Stream);
            _running = true;
            return _now;
        }

        _end!.Record(_backend.Stream);
        _backend.Synchronize();
        _running = false;
        _now += (long)(_end.MillisecondsSince(_begin!) * 1e6 / _calls);
        return _now;
    }

    public void Dispose()
    {
        _begin?.Dispose();
        _end?.Dispose();
        (_backend, _begin, _end) = (null, null, null);
    }
}
