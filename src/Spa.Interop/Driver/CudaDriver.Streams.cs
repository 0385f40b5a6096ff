namespace Spa.Interop.Driver;

public sealed unsafe partial class CudaDriver
{
    /// <param name="flags">How the stream relates to the default stream.</param>
    /// <param name="priority">0 is the lowest; negative numbers go first.</param>
    public CUstream StreamCreateWithPriority(CUstream_flags flags, int priority)
    {
        Require(_f.cuStreamCreateWithPriority);
        CUstream stream;
        ThrowIfFailed(_f.cuStreamCreateWithPriority(&stream, flags, priority), $"cuStreamCreateWithPriority(flags: {flags}, priority: {priority})");
        return stream;
    }

    /// <summary>Waits until the stream's work is done.</summary>
    public void StreamSynchronize(CUstream stream)
    {
        Require(_f.cuStreamSynchronize);
        ThrowIfFailed(_f.cuStreamSynchronize(stream), $"cuStreamSynchronize()");
    }

    /// <summary>Whether the stream's work is done; does not wait.</summary>
    public bool StreamQuery(CUstream stream)
    {
        Require(_f.cuStreamQuery);
        CUresult result = _f.cuStreamQuery(stream);
        if (result == CUresult.CUDA_ERROR_NOT_READY) return false;
        ThrowIfFailed(result, $"cuStreamQuery()");
        return true;
    }

    /// <summary>Later work of the stream begins after the event.</summary>
    public void StreamWaitEvent(CUstream stream, CUevent mark)
    {
        Require(_f.cuStreamWaitEvent);
        ThrowIfFailed(_f.cuStreamWaitEvent(stream, mark, 0), $"cuStreamWaitEvent()");
    }

    public void StreamBeginCapture(CUstream stream, CUstreamCaptureMode mode)
    {
        Require(_f.cuStreamBeginCapture);
        ThrowIfFailed(_f.cuStreamBeginCapture(stream, mode), $"cuStreamBeginCapture(mode: {mode})");
    }

    public CUgraph StreamEndCapture(CUstream stream)
    {
        Require(_f.cuStreamEndCapture);
        CUgraph graph;
        ThrowIfFailed(_f.cuStreamEndCapture(stream, &graph), $"cuStreamEndCapture()");
        return graph;
    }

    public CUstreamCaptureStatus StreamIsCapturing(CUstream stream)
    {
        Require(_f.cuStreamIsCapturing);
        CUstreamCaptureStatus status;
        ThrowIfFailed(_f.cuStreamIsCapturing(stream, &status), $"cuStreamIsCapturing()");
        return status;
    }

    public CUevent EventCreate(CUevent_flags flags)
    {
        Require(_f.cuEventCreate);
        CUevent mark;
        ThrowIfFailed(_f.cuEventCreate(&mark, flags), $"cuEventCreate(flags: {flags})");
        return mark;
    }

    public void EventRecord(CUevent mark, CUstream stream)
    {
        Require(_f.cuEventRecord);
        ThrowIfFailed(_f.cuEventRecord(mark, stream), $"cuEventRecord()");
    }

    /// <summary>Waits until the event has happened.</summary>
    public void EventSynchronize(CUevent mark)
    {
        Require(_f.cuEventSynchronize);
        ThrowIfFailed(_f.cuEventSynchronize(mark), $"cuEventSynchronize()");
    }

    /// <summary>Whether the event has happened; does not wait.</summary>
    public bool EventQuery(CUevent mark)
    {
        Require(_f.cuEventQuery);
        CUresult result = _f.cuEventQuery(mark);
        if (result == CUresult.CUDA_ERROR_NOT_READY) return false;
        ThrowIfFailed(result, $"cuEventQuery()");
        return true;
    }

    /// <summary>Milliseconds of device time between two events that have happened.</summary>
    public float EventElapsedTime(CUevent start, CUevent end)
    {
        Require(_f.cuEventElapsedTime);
        float milliseconds;
        ThrowIfFailed(_f.cuEventElapsedTime(&milliseconds, start, end), $"cuEventElapsedTime()");
        return milliseconds;
    }

    public CUgraphExec GraphInstantiate(CUgraph graph, CUgraphInstantiate_flags flags)
    {
        Require(_f.cuGraphInstantiateWithFlags);
        CUgraphExec executable;
        ThrowIfFailed(_f.cuGraphInstantiateWithFlags(&executable, graph, flags), $"cuGraphInstantiateWithFlags(flags: {flags})");
        return executable;
    }

    public void GraphLaunch(CUgraphExec executable, CUstream stream)
    {
        Require(_f.cuGraphLaunch);
        ThrowIfFailed(_f.cuGraphLaunch(executable, stream), $"cuGraphLaunch()");
    }

    /// <summary>Puts new parameters into an instantiated graph. False where the graphs differ too much: instantiate anew.</summary>
    public bool GraphExecUpdate(CUgraphExec executable, CUgraph graph, out CUgraphExecUpdateResult reason)
    {
        Require(_f.cuGraphExecUpdate);
        CUgraphExecUpdateResultInfo info;
        CUresult result = _f.cuGraphExecUpdate(executable, graph, &info);
        reason = info.result;
        if (result == CUresult.CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE) return false;
        ThrowIfFailed(result, $"cuGraphExecUpdate()");
        return true;
    }

    /// <summary>Pieces of work in a graph.</summary>
    public int GraphGetNodeCount(CUgraph graph)
    {
        Require(_f.cuGraphGetNodes);
        nuint count;
        ThrowIfFailed(_f.cuGraphGetNodes(graph, null, &count), $"cuGraphGetNodes()");
        return (int)count;
    }
}
