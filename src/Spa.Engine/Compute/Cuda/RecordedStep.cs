using Spa.Interop.Driver;

namespace Spa.Engine.Compute.Cuda;

/// <summary>
/// A generation step as one CUDA graph. The first step of a shape makes its calls one by one, which loads kernels and grows scratch memory; the second is recorded; from then on a step
/// is one launch. No parameter of a recorded kernel ever changes: what a step's rows are, the kernels read from the work list and the tensors that are uploaded before.
/// </summary>
internal sealed class RecordedStep(CudaBackend backend, KvCache cache, PagedRows rows, Action<int> calls) : RepeatedStep(rows, calls)
{
    // Twice as many as there are row counts of the largest step by default; a graph of thirty layers takes about half a megabyte.
    private const int MostGraphs = 128;

    // Null: this shape was met once.
    private readonly Dictionary<StepShape, CudaGraphExec?> _graphs = [];
    private readonly PagedRows _rows = rows;

    public override void Run()
    {
        StepShape shape = backend.PrepareStep(cache, _rows);
        if (!_graphs.TryGetValue(shape, out CudaGraphExec? graph))
        {
            base.Run();
            // The calls may have moved scratch memory or the list.
            Remember(backend.PrepareStep(cache, _rows), null);
            return;
        }

        if (graph is null) _graphs[shape] = graph = backend.Record(base.Run);
        backend.Launch(graph);
    }

    protected override void Dispose(bool disposing)
    {
        Forget();
        base.Dispose(disposing);
    }

    private void Remember(in StepShape shape, CudaGraphExec? graph)
    {
        if (_graphs.Count == MostGraphs) Forget();
        _graphs.TryAdd(shape, graph);
    }

    private void Forget()
    {
        foreach (CudaGraphExec? graph in _graphs.Values) graph?.Dispose();
        _graphs.Clear();
    }
}
