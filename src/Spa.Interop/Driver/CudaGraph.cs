namespace Spa.Interop.Driver;

/// <summary>Work that a stream recorded.</summary>
public sealed unsafe class CudaGraph : DriverHandle
{
    internal CudaGraph(CudaContext context, CUgraph graph) : base(context) => Own(graph.Value);

    public CUgraph Handle => new(handle);

    /// <summary>Pieces of work: kernels, copies, fills.</summary>
    public int NodeCount => Driver.GraphGetNodeCount(Handle);

    /// <summary>The work in a form that one call launches.</summary>
    public CudaGraphExec Instantiate() => new(this);

    protected override CUresult Release() => Driver.Functions.cuGraphDestroy(Handle);
}
