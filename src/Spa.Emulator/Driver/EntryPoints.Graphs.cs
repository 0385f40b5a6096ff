using System.Runtime.InteropServices;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

internal static unsafe partial class EntryPoints
{
    private static nint FindGraph(string name) => name switch
    {
        "cuStreamBeginCapture_v2" => (nint)(delegate* unmanaged<CUstream, CUstreamCaptureMode, CUresult>)&cuStreamBeginCapture,
        "cuStreamEndCapture" => (nint)(delegate* unmanaged<CUstream, CUgraph*, CUresult>)&cuStreamEndCapture,
        "cuStreamIsCapturing" => (nint)(delegate* unmanaged<CUstream, CUstreamCaptureStatus*, CUresult>)&cuStreamIsCapturing,
        "cuGraphInstantiateWithFlags" => (nint)(delegate* unmanaged<CUgraphExec*, CUgraph, CUgraphInstantiate_flags, CUresult>)&cuGraphInstantiateWithFlags,
        "cuGraphLaunch" => (nint)(delegate* unmanaged<CUgraphExec, CUstream, CUresult>)&cuGraphLaunch,
        "cuGraphExecDestroy" => (nint)(delegate* unmanaged<CUgraphExec, CUresult>)&cuGraphExecDestroy,
        "cuGraphDestroy" => (nint)(delegate* unmanaged<CUgraph, CUresult>)&cuGraphDestroy,
        "cuGraphExecUpdate_v2" => (nint)(delegate* unmanaged<CUgraphExec, CUgraph, CUgraphExecUpdateResultInfo*, CUresult>)&cuGraphExecUpdate,
        "cuGraphGetNodes" => (nint)(delegate* unmanaged<CUgraph, CUgraphNode*, nuint*, CUresult>)&cuGraphGetNodes,
        _ => 0,
    };

    [UnmanagedCallersOnly]
    private static CUresult cuStreamBeginCapture(CUstream stream, CUstreamCaptureMode mode) => OnStream(nameof(cuStreamBeginCapture), stream, target =>
    {
        if (mode is < CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL or > CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED) throw Invalid($"mode {(int)mode} is not known");
        if (target == target.Context.Legacy) throw new DriverErrorException(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "the default stream cannot be captured");
        if (target.Capture is not null) throw new DriverErrorException(CUresult.CUDA_ERROR_ILLEGAL_STATE, "the stream is being captured already");
        _ = new StreamCapture(target, mode);
    });

    [UnmanagedCallersOnly]
    private static CUresult cuStreamEndCapture(CUstream stream, CUgraph* graph) => OnStream(nameof(cuStreamEndCapture), stream, target =>
    {
        Require(graph, nameof(graph));
        *graph = default;
        StreamCapture capture = target.Capture ?? throw new DriverErrorException(CUresult.CUDA_ERROR_ILLEGAL_STATE, "the stream is not being captured");
        *graph = new CUgraph(capture.End(target).Handle);
    });

    [UnmanagedCallersOnly]
    private static CUresult cuStreamIsCapturing(CUstream stream, CUstreamCaptureStatus* status) => OnStream(nameof(cuStreamIsCapturing), stream, target =>
    {
        Require(status, nameof(status));
        *status = target.Capture switch
        {
            null => CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_NONE,
            { IsInvalidated: true } => CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_INVALIDATED,
            _ => CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_ACTIVE,
        };
    });

    [UnmanagedCallersOnly]
    private static CUresult cuGraphInstantiateWithFlags(CUgraphExec* executable, CUgraph graph, CUgraphInstantiate_flags flags) =>
        On<EmulatedGraph>(nameof(cuGraphInstantiateWithFlags), graph.Value, "graph", target =>
        {
            Require(executable, nameof(executable));
            if ((flags & CUgraphInstantiate_flags.CUDA_GRAPH_INSTANTIATE_FLAG_DEVICE_LAUNCH) != 0)
                throw new DriverErrorException(CUresult.CUDA_ERROR_NOT_SUPPORTED, "graphs that the device launches are not emulated");
            *executable = new CUgraphExec(new EmulatedGraphExec(target).Handle);
        });

    [UnmanagedCallersOnly]
    private static CUresult cuGraphLaunch(CUgraphExec executable, CUstream stream) => OnStream(nameof(cuGraphLaunch), stream, target =>
        target.Submit(Get<EmulatedGraphExec>(executable.Value, "executable graph", target.Context).Work));

    [UnmanagedCallersOnly]
    private static CUresult cuGraphExecDestroy(CUgraphExec executable) =>
        On<EmulatedGraphExec>(nameof(cuGraphExecDestroy), executable.Value, "executable graph", static target => target.Destroy());

    [UnmanagedCallersOnly]
    private static CUresult cuGraphDestroy(CUgraph graph) => On<EmulatedGraph>(nameof(cuGraphDestroy), graph.Value, "graph", static target => target.Destroy());

    [UnmanagedCallersOnly]
    private static CUresult cuGraphExecUpdate(CUgraphExec executable, CUgraph graph, CUgraphExecUpdateResultInfo* info) =>
        On<EmulatedGraphExec>(nameof(cuGraphExecUpdate), executable.Value, "executable graph", target =>
        {
            Require(info, nameof(info));
            (CUgraphExecUpdateResult result, GraphNode? node) = target.Update(Get<EmulatedGraph>(graph.Value, "graph", target.Context));
            *info = new CUgraphExecUpdateResultInfo { result = result, errorNode = new CUgraphNode(node?.Handle ?? 0) };
            if (result != CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_SUCCESS) throw new DriverErrorException(CUresult.CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE, $"the graphs differ: {result}");
        });

    /// <summary>Without an array only the number of nodes is told; what is left of the array is filled with null handles.</summary>
    [UnmanagedCallersOnly]
    private static CUresult cuGraphGetNodes(CUgraph graph, CUgraphNode* nodes, nuint* count) => On<EmulatedGraph>(nameof(cuGraphGetNodes), graph.Value, "graph", target =>
    {
        Require(count, nameof(count));
        if (nodes is not null)
            for (int i = 0; i < (int)*count; i++) nodes[i] = new CUgraphNode(i < target.Nodes.Count ? target.Nodes[i].Handle : 0);
        *count = nodes is null ? (nuint)target.Nodes.Count : Math.Min(*count, (nuint)target.Nodes.Count);
    });
}
