using Spa.Emulator.Checks;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>
/// A queue of work that runs late: when something waits for the stream, when work of another stream depends on it, or when the queue is as long as the real
/// driver lets it become.
/// </summary>
internal sealed class EmulatedStream : EmulatedObject
{
    private const int LongestQueue = 1024;
    private readonly Queue<(StreamWork? Work, StreamPosition[] After)> _queue = [];
    private readonly bool _legacy;
    private long _enqueued;

    public EmulatedStream(EmulatedContext context, CUstream_flags flags, int priority, bool legacy = false)
        : base(context, "stream")
    {
        Flags = flags;
        Priority = priority;
        _legacy = legacy;
        context.Add(this);
    }

    public CUstream_flags Flags { get; }

    public int Priority { get; }

    public bool IsIdle => _queue.Count == 0;

    public bool IsDestroyed { get; private set; }

    /// <summary>Pieces of work that ran.</summary>
    public long Done { get; private set; }

    public StreamPosition End => new(this, _enqueued);

    /// <summary>The capture that work goes to instead of the queue, or null.</summary>
    public StreamCapture? Capture { get; set; }

    /// <summary>While capturing, the nodes that the next one comes after.</summary>
    public List<GraphNode> Frontier { get; set; } = [];

    private bool IsBlocking => Flags == CUstream_flags.CU_STREAM_DEFAULT;

    public override string Description => IsIdle ? "a stream" : $"a stream with {_queue.Count} pieces of work";

    /// <summary>Queues work, or adds it to the graph that is being captured.</summary>
    public void Submit(StreamWork work)
    {
        if (Capture is { } capture) capture.Add(this, work);
        else Enqueue(work);
    }

    /// <summary>Queues work after the given positions of other streams; null only waits for them.</summary>
    public StreamPosition Enqueue(StreamWork? work, params ReadOnlySpan<StreamPosition> after)
    {
        List<StreamPosition> positions = [];
        foreach (StreamPosition position in after)
            if (position.IsPending) positions.Add(position);
        if (_legacy)
        {
            if (Context.Streams.FirstOrDefault(static stream => stream.IsBlocking && stream.Capture is not null)?.Capture is { } capture)
            {
                capture.Invalidate();
                throw new DriverErrorException(CUresult.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, "work in the default stream would wait for a blocking stream that is being captured; the capture is lost");
            }

            foreach (EmulatedStream stream in Context.Streams)
                if (stream != this && stream.IsBlocking && !stream.IsIdle) positions.Add(stream.End);
        }
        else if (IsBlocking && !Context.Legacy.IsIdle)
        {
            positions.Add(Context.Legacy.End);
        }

        _queue.Enqueue((work, [.. positions]));
        _enqueued++;
        StreamPosition end = End;
        if (_queue.Count > LongestQueue) RunOne();
        return end;
    }

    /// <summary>Runs the oldest work, and before it what it depends on. A fault drops what is queued everywhere and is kept by the context.</summary>
    public void RunOne()
    {
        if (!_queue.TryPeek(out (StreamWork? Work, StreamPosition[] After) next)) return;
        foreach (StreamPosition position in next.After) position.Stream.RunTo(position.Ticket);
        if (Context.Fault is not null) return;
        _queue.Dequeue();
        try
        {
            next.Work?.Run(Context);
        }
        catch (Exception fault) when (fault is DeviceFaultException or DriverErrorException)
        {
            Context.Fail(DeviceFaults.Result(fault), fault.Message);
            return;
        }

        Done++;
    }

    /// <summary>Runs work until that of the ticket ran.</summary>
    public void RunTo(long ticket)
    {
        while (Done < ticket && Context.Fault is null) RunOne();
    }

    /// <summary>Runs everything that was queued so far.</summary>
    public void Synchronize()
    {
        ThrowIfCapturing("waiting for a stream");
        RunTo(_enqueued);
        if (Context.Fault is not null) throw Context.Fault;
    }

    /// <summary>True if all work ran; otherwise one piece of work runs, so that a program that polls gets on.</summary>
    public bool Query()
    {
        ThrowIfCapturing("a query of a stream");
        if (IsIdle) return true;
        RunOne();
        if (Context.Fault is not null) throw Context.Fault;
        return false;
    }

    public void Drop()
    {
        _queue.Clear();
        Done = _enqueued;
    }

    public void AbandonCapture()
    {
        Capture = null;
        Frontier = [];
    }

    /// <summary>The handle ends at once; queued work still runs.</summary>
    public override void Destroy()
    {
        if (Capture is { } capture) capture.Invalidate();
        AbandonCapture();
        IsDestroyed = true;
        base.Destroy();
    }

    public void ThrowIfCapturing(string what)
    {
        if (Capture is not { } capture) return;
        capture.Invalidate();
        throw new DriverErrorException(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, $"{what} is not possible while it is being captured; the capture is lost");
    }
}
