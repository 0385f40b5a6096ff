namespace Spa.Interop.Driver;

public sealed unsafe partial class DriverFunctions
{
    public readonly delegate* unmanaged<CUstream*, CUstream_flags, int, CUresult> cuStreamCreateWithPriority =
        (delegate* unmanaged<CUstream*, CUstream_flags, int, CUresult>)library.Find("cuStreamCreateWithPriority");

    public readonly delegate* unmanaged<CUstream, CUresult> cuStreamDestroy = (delegate* unmanaged<CUstream, CUresult>)library.Find("cuStreamDestroy_v2");

    public readonly delegate* unmanaged<CUstream, CUresult> cuStreamSynchronize = (delegate* unmanaged<CUstream, CUresult>)library.Find("cuStreamSynchronize");

    public readonly delegate* unmanaged<CUstream, CUresult> cuStreamQuery = (delegate* unmanaged<CUstream, CUresult>)library.Find("cuStreamQuery");

    public readonly delegate* unmanaged<CUstream, CUevent, uint, CUresult> cuStreamWaitEvent =
        (delegate* unmanaged<CUstream, CUevent, uint, CUresult>)library.Find("cuStreamWaitEvent");

    public readonly delegate* unmanaged<CUstream, CUstreamCaptureMode, CUresult> cuStreamBeginCapture =
        (delegate* unmanaged<CUstream, CUstreamCaptureMode, CUresult>)library.Find("cuStreamBeginCapture_v2");

    public readonly delegate* unmanaged<CUstream, CUgraph*, CUresult> cuStreamEndCapture =
        (delegate* unmanaged<CUstream, CUgraph*, CUresult>)library.Find("cuStreamEndCapture");

    public readonly delegate* unmanaged<CUstream, CUstreamCaptureStatus*, CUresult> cuStreamIsCapturing =
        (delegate* unmanaged<CUstream, CUstreamCaptureStatus*, CUresult>)library.Find("cuStreamIsCapturing");

    public readonly delegate* unmanaged<CUevent*, CUevent_flags, CUresult> cuEventCreate =
        (delegate* unmanaged<CUevent*, CUevent_flags, CUresult>)library.Find("cuEventCreate");

    public readonly delegate* unmanaged<CUevent, CUresult> cuEventDestroy = (delegate* unmanaged<CUevent, CUresult>)library.Find("cuEventDestroy_v2");

    public readonly delegate* unmanaged<CUevent, CUstream, CUresult> cuEventRecord = (delegate* unmanaged<CUevent, CUstream, CUresult>)library.Find("cuEventRecord");

    public readonly delegate* unmanaged<CUevent, CUresult> cuEventSynchronize = (delegate* unmanaged<CUevent, CUresult>)library.Find("cuEventSynchronize");

    public readonly delegate* unmanaged<CUevent, CUresult> cuEventQuery = (delegate* unmanaged<CUevent, CUresult>)library.Find("cuEventQuery");

    public readonly delegate* unmanaged<float*, CUevent, CUevent, CUresult> cuEventElapsedTime =
        (delegate* unmanaged<float*, CUevent, CUevent, CUresult>)library.Find("cuEventElapsedTime");

    public readonly delegate* unmanaged<CUgraphExec*, CUgraph, CUgraphInstantiate_flags, CUresult> cuGraphInstantiateWithFlags =
        (delegate* unmanaged<CUgraphExec*, CUgraph, CUgraphInstantiate_flags, CUresult>)library.Find("cuGraphInstantiateWithFlags");

    public readonly delegate* unmanaged<CUgraphExec, CUstream, CUresult> cuGraphLaunch =
        (delegate* unmanaged<CUgraphExec, CUstream, CUresult>)library.Find("cuGraphLaunch");

    public readonly delegate* unmanaged<CUgraphExec, CUresult> cuGraphExecDestroy = (delegate* unmanaged<CUgraphExec, CUresult>)library.Find("cuGraphExecDestroy");

    public readonly delegate* unmanaged<CUgraph, CUresult> cuGraphDestroy = (delegate* unmanaged<CUgraph, CUresult>)library.Find("cuGraphDestroy");

    public readonly delegate* unmanaged<CUgraphExec, CUgraph, CUgraphExecUpdateResultInfo*, CUresult> cuGraphExecUpdate =
        (delegate* unmanaged<CUgraphExec, CUgraph, CUgraphExecUpdateResultInfo*, CUresult>)library.Find("cuGraphExecUpdate_v2");

    public readonly delegate* unmanaged<CUgraph, CUgraphNode*, nuint*, CUresult> cuGraphGetNodes =
        (delegate* unmanaged<CUgraph, CUgraphNode*, nuint*, CUresult>)library.Find("cuGraphGetNodes");
}
