using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>A capture in progress: work submitted to its streams becomes nodes of a graph.</summary>
internal sealed class StreamCapture
{
    private readonly EmulatedStream _origin;
    private readonly HashSet<EmulatedStream> _streams = [];
    private readonly CUstreamCaptureMode _mode;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly EmulatedGraph _graph;

    public StreamCapture(EmulatedStream origin, CUstreamCaptureMode mode)
    {
        _origin = origin;
        _mode = mode;
        _graph = new EmulatedGraph(origin.Context);
        origin.Context.Objects.Remove(_graph);
        Enter(origin, []);
    }

    public bool IsInvalidated { get; private set; }

    public bool IsEnded { get; private set; }

    /// <summary>Whether calls that could wait for the device are forbidden to the calling thread.</summary>
    public bool ForbidsUnsafeCalls => _mode switch
    {
        CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL => true,
        CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL => _thread == Environment.CurrentManagedThreadId,
        _ => false,
    };

    public void Invalidate() => IsInvalidated = true;

    public void ThrowIfInvalidated()
    {
        if (IsInvalidated) throw new DriverErrorException(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "the capture was lost by an earlier call");
    }

    public void Add(EmulatedStream stream, StreamWork work)
    {
        ThrowIfInvalidated();
        stream.Frontier = [_graph.Add(work, stream.Frontier)];
    }

    /// <summary>Lets a stream wait for nodes; a stream that is not being captured joins the capture.</summary>
    public void Join(EmulatedStream stream, GraphNode[] nodes)
    {
        if (IsEnded) throw new DriverErrorException(CUresult.CUDA_ERROR_STREAM_CAPTURE_ISOLATION, "the event was last recorded in a capture that has ended");
        ThrowIfInvalidated();
        if (stream == stream.Context.Legacy) throw new DriverErrorException(CUresult.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, "the default stream cannot be captured");
        if (stream.Capture is { } other && other != this)
        {
            Invalidate();
            other.Invalidate();
            throw new DriverErrorException(CUresult.CUDA_ERROR_STREAM_CAPTURE_MERGE, "the event belongs to another capture; both captures are lost");
        }

        if (stream.Capture is null) Enter(stream, nodes);
        else stream.Frontier = [.. stream.Frontier.Union(nodes)];
    }

    /// <summary>Ends the capture of all its streams.</summary>
    public EmulatedGraph End(EmulatedStream stream)
    {
        if (stream != _origin) throw new DriverErrorException(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "the capture was begun on another stream");
        if (_mode != CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED && _thread != Environment.CurrentManagedThreadId)
            throw new DriverErrorException(CUresult.CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD, "the capture was begun by another thread");
        bool isJoined = _graph.Nodes.Where(node => !_graph.HasSuccessor(node)).All(stream.Frontier.Contains);
        IsEnded = true;
        foreach (EmulatedStream each in _streams) each.AbandonCapture();
        if (!IsInvalidated && isJoined)
        {
            stream.Context.Objects.Add(_graph);
            return _graph;
        }

        _graph.Destroy();
        ThrowIfInvalidated();
        throw new DriverErrorException(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNJOINED, "work of another stream was captured that the first stream does not wait for");
    }

    private void Enter(EmulatedStream stream, GraphNode[] nodes)
    {
        _streams.Add(stream);
        stream.Capture = this;
        stream.Frontier = [.. nodes];
    }
}
