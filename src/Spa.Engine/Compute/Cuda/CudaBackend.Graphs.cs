using Spa.Interop.Driver;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    private bool _capturing;

    /// <inheritdoc/>
    /// <remarks>On CUDA the step is one graph, except where every launch is waited for (<see cref="CudaOptions.CheckLaunches"/>).</remarks>
    public override RepeatedStep Repeat(KvCache cache, PagedRows rows, Action<int> calls) =>
        _options.RecordSteps && !_checkLaunches ? new RecordedStep(this, cache, rows, calls) : base.Repeat(cache, rows, calls);

    /// <summary>Puts a step's work list on the device, and says on what its launches depend.</summary>
    internal StepShape PrepareStep(KvCache cache, PagedRows rows)
    {
        PagedWork work = PreparePaged(rows, cache.Pages, 0, default);
        work.CheckPages(rows);
        return new StepShape(rows.Count, (nint)(_scratch?.Address.Value ?? 0), _pagedWords.Address, work.Shape);
    }

    /// <summary>
    /// Records what <paramref name="calls"/> starts instead of running it. Its kernels, scratch memory and work lists must have been used once before: a call that
    /// would load, grow or upload refuses while it is recorded.
    /// </summary>
    internal CudaGraphExec Record(Action calls)
    {
        _context.MakeCurrent();
        try
        {
            using CudaGraph graph = Capture(calls);
            return graph.Instantiate();
        }
        catch (CudaException error)
        {
            throw Fault(error);
        }
    }

    internal void Launch(CudaGraphExec graph)
    {
        _context.MakeCurrent();
        try
        {
            graph.Launch(_stream);
        }
        catch (CudaException error)
        {
            throw Fault(error);
        }
    }

    private CudaGraph Capture(Action calls)
    {
        _stream.BeginCapture();
        _capturing = true;
        try
        {
            calls();
        }
        catch
        {
            // The calls' own error is the one to tell.
            CUgraph lost;
            _driver.Functions.cuStreamEndCapture(_stream.Handle, &lost);
            if (lost.Value != 0) _driver.Functions.cuGraphDestroy(lost);
            throw;
        }
        finally
        {
            _capturing = false;
        }

        return _stream.EndCapture();
    }
}
