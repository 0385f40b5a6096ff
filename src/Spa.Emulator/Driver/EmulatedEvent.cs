using System.Diagnostics;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>A mark in a stream, or in a capture.</summary>
internal sealed class EmulatedEvent(EmulatedContext context, CUevent_flags flags) : EmulatedObject(context, "event")
{
    private StreamPosition? _position;
    private (StreamCapture Capture, GraphNode[] Nodes)? _captured;

    /// <summary>Counts the records.</summary>
    public long Version { get; private set; }

    /// <summary>Time of the latest record that ran, in ticks of the stopwatch.</summary>
    public long Timestamp { get; set; }

    public void Record(EmulatedStream stream)
    {
        if (stream.Capture is { } capture)
        {
            capture.ThrowIfInvalidated();
            _captured = (capture, [.. stream.Frontier]);
            return;
        }

        _captured = null;
        Version++;
        _position = stream.Enqueue(new RecordWork(this, Version));
    }

    /// <summary>Lets later work of the stream wait for the latest record; a capture spreads to the stream by this.</summary>
    public void Wait(EmulatedStream stream)
    {
        if (_captured is (StreamCapture capture, GraphNode[] nodes))
        {
            capture.Join(stream, nodes);
            return;
        }

        if (stream.Capture is { } own)
        {
            own.Invalidate();
            throw new DriverErrorException(CUresult.CUDA_ERROR_STREAM_CAPTURE_ISOLATION, "a captured stream waits for an event that was recorded outside of the capture; the capture is lost");
        }

        if (_position is { IsPending: true } position) stream.Enqueue(null, position);
    }

    public void Synchronize()
    {
        ThrowIfCaptured();
        if (_position is not { } position) return;
        position.Stream.RunTo(position.Ticket);
        if (Context.Fault is not null) throw Context.Fault;
    }

    /// <summary>True if the record ran or there is none; otherwise one piece of work of its stream runs.</summary>
    public bool Query()
    {
        ThrowIfCaptured();
        if (_position is not { IsPending: true } position) return true;
        position.Stream.RunOne();
        if (Context.Fault is not null) throw Context.Fault;
        return false;
    }

    /// <summary>Milliseconds from this event to a later one; null while one of them is pending.</summary>
    public float? Elapsed(EmulatedEvent end)
    {
        foreach (EmulatedEvent each in new[] { this, end })
        {
            each.ThrowIfCaptured();
            if (each.IsWithoutTiming) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_HANDLE, "the event was made without timing");
            if (each._position is null) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_HANDLE, "the event was never recorded");
        }

        return _position!.Value.IsPending || end._position!.Value.IsPending ? null : (float)Stopwatch.GetElapsedTime(Timestamp, end.Timestamp).TotalMilliseconds;
    }

    private bool IsWithoutTiming => (flags & CUevent_flags.CU_EVENT_DISABLE_TIMING) != 0;

    private void ThrowIfCaptured()
    {
        if (_captured is not { Capture.IsEnded: false } captured) return;
        captured.Capture.Invalidate();
        throw new DriverErrorException(CUresult.CUDA_ERROR_CAPTURED_EVENT, "the event was last recorded in a stream that is being captured; the capture is lost");
    }
}
