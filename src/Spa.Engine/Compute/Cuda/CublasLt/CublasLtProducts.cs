using Spa.Interop.CublasLt;
using Spa.Interop.Driver;
using Spa.Interop.Loading;

namespace Spa.Engine.Compute.Cuda.CublasLt;

/// <summary>
/// Products in cuBLASLt: a plan per shape, and per kind of product the algorithm that was fastest when it was first seen, from then on by the saved choice. Only
/// algorithms whose sums have a fixed order are considered. A warm call allocates nothing.
/// </summary>
internal sealed unsafe class CublasLtProducts : IDisposable
{
    // What NVIDIA advises for its newest devices; algorithms that split k put their parts there.
    private const long WorkspaceBytes = 32L << 20;

    // A kilobyte each. Every length of a batch is a shape of its own.
    private const int MaxPlans = 4096;

    private const int Proposals = 8;

    private readonly CublasLtHandle _library;
    private readonly DeviceBuffer _workspace;
    private readonly CudaStream _stream;
    private readonly ProductChoices _choices;
    private readonly ProductTimer _timer;
    private readonly Dictionary<MatmulShape, (MatmulPlan Plan, int Proposal)> _plans = [];

    /// <param name="library">cuBLASLt.</param>
    /// <param name="context">The device.</param>
    /// <param name="stream">Where the work goes.</param>
    /// <param name="folder">Where choices are saved.</param>
    /// <exception cref="CublasException">The library does not know the device.</exception>
    public CublasLtProducts(IEntryPoints library, CudaContext context, CudaStream stream, string folder)
    {
        _stream = stream;
        _library = new CublasLtHandle(library, context);
        _workspace = new DeviceBuffer(context, WorkspaceBytes);
        CublasLtFunctions functions = _library.Calls.Functions;
        _choices = new ProductChoices(folder, context.Device.Name, functions.cublasLtGetVersion is null ? 0 : (long)functions.cublasLtGetVersion());
        _timer = new ProductTimer(context, stream, _workspace);
    }

    /// <summary>Starts a product, or says that the library has no algorithm for it.</summary>
    /// <param name="shape">The product.</param>
    /// <param name="operands">Its operands, aligned to <see cref="MatmulPlan.Alignment"/>.</param>
    /// <param name="capturing">A graph is captured: nothing can be timed.</param>
    /// <exception cref="InvalidOperationException">A kind of product is met for the first time during a capture.</exception>
    public bool TryRun(in MatmulShape shape, in ProductOperands operands, bool capturing)
    {
        if (!_plans.TryGetValue(shape, out (MatmulPlan Plan, int Proposal) planned)) planned = Plan(shape, operands, capturing);
        if (planned.Proposal < 0) return false;
        planned.Plan.Run(planned.Proposal, 1, operands.A, operands.B, operands.Beta, operands.D, _workspace.Address, _workspace.Bytes, _stream, operands.C, operands.Bias);
        return true;
    }

    public void Dispose()
    {
        DisposePlans();
        _workspace.Dispose();
        _library.Dispose();
    }

    private (MatmulPlan Plan, int Proposal) Plan(in MatmulShape shape, in ProductOperands operands, bool capturing)
    {
        if (_plans.Count == MaxPlans) DisposePlans();
        MatmulPlan plan = new(_library, shape, WorkspaceBytes, Proposals);
        try
        {
            (MatmulPlan, int) planned = (plan, Choose(plan, operands, capturing));
            _plans.Add(shape, planned);
            return planned;
        }
        catch
        {
            plan.Dispose();
            throw;
        }
    }

    private int Choose(MatmulPlan plan, in ProductOperands operands, bool capturing)
    {
        if (plan.Proposals.Count == 0) return -1;
        string key = ProductKey.Of(plan.Shape, operands.Beta);
        if (_choices.TryGet(key, out cublasLtMatmulAlgo_t saved))
        {
            for (int i = 0; i < plan.Proposals.Count; i++)
            {
                if (ProductChoices.Bytes(plan.Proposals[i].algo).SequenceEqual(ProductChoices.Bytes(saved))) return i;
            }

            // Not proposed for exactly this size: the library's own first choice, the same in every run.
            return 0;
        }

        if (capturing) throw new InvalidOperationException($"cuBLASLt has not timed '{key}' yet while a graph is captured; run the step once before");
        (int best, double microseconds) = _timer.Fastest(plan, operands);
        if (!double.IsNaN(microseconds)) _choices.Add(key, plan.Proposals[best].algo, microseconds);
        return best;
    }

    private void DisposePlans()
    {
        foreach ((MatmulPlan plan, _) in _plans.Values) plan.Dispose();
        _plans.Clear();
    }
}
