namespace Spa.Interop.Driver;

/// <summary>Recorded work that one call launches.</summary>
public sealed unsafe class CudaGraphExec : DriverHandle
{
    internal CudaGraphExec(CudaGraph graph) : base(graph.Context) => Own(Driver.GraphInstantiate(graph.Handle, CUgraphInstantiate_flags.CUDA_GRAPH_INSTANTIATE_FLAG_NONE).Value);

    public CUgraphExec Handle => new(handle);

    public void Launch(CudaStream stream) => Driver.GraphLaunch(Handle, stream.Handle);

    /// <summary>Takes the parameters of another recording of the same work. False where the work differs: instantiate that recording.</summary>
    public bool TryUpdate(CudaGraph graph) => Driver.GraphExecUpdate(Handle, graph.Handle, out _);

    protected override CUresult Release() => Driver.Functions.cuGraphExecDestroy(Handle);
}
