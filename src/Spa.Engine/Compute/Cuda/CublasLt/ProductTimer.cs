using Spa.Interop.CublasLt;
using Spa.Interop.Driver;

namespace Spa.Engine.Compute.Cuda.CublasLt;

/// <summary>Times the algorithms of a plan on the data that it is about to multiply (zeros would be faster than any real data).</summary>
internal sealed class ProductTimer(CudaContext context, CudaStream stream, DeviceBuffer workspace)
{
    // After one that warms up; enough that an event's half microsecond does not count.
    private const int Repeats = 5;

    /// <summary>The fastest proposal and its time; (0, not a number) where there is no memory to try on.</summary>
    /// <param name="plan">The product, with at least one proposal.</param>
    /// <param name="operands">Its operands. D is written, unless it is C too: then the tries go to memory of their own.</param>
    public (int Proposal, double Microseconds) Fastest(MatmulPlan plan, in ProductOperands operands)
    {
        try
        {
            using DeviceBuffer? spare = operands.Beta != 0 && operands.C == operands.D ? new DeviceBuffer(context, plan.Shape.M * plan.Shape.StrideD * sizeof(float)) : null;
            // Numbers instead of whatever was there.
            if (spare is not null) context.Driver.MemsetD8Async(spare.Address, 0, (nuint)spare.Bytes, stream.Handle);
            return Fastest(plan, spare is null ? operands : operands with { C = spare.Address, D = spare.Address });
        }
        catch (CudaException error) when (error.Result == CUresult.CUDA_ERROR_OUT_OF_MEMORY)
        {
            return (0, double.NaN);
        }
    }

    private (int Proposal, double Microseconds) Fastest(MatmulPlan plan, ProductOperands operands)
    {
        using CudaEvent start = new(context, timed: true), end = new(context, timed: true);
        (int best, double least) = (0, double.PositiveInfinity);
        for (int proposal = 0; proposal < plan.Proposals.Count; proposal++)
        {
            if (!TryRun(plan, proposal, operands)) continue;
            start.Record(stream);
            for (int i = 0; i < Repeats; i++) Run(plan, proposal, operands);
            end.Record(stream);
            end.Synchronize();
            double microseconds = end.MillisecondsSince(start) * 1e3 / Repeats;
            if (microseconds < least) (best, least) = (proposal, microseconds);
        }

        return (best, least);
    }

    // The library proposes by the description; some algorithms refuse when they see the addresses.
    private bool TryRun(MatmulPlan plan, int proposal, in ProductOperands operands)
    {
        try
        {
            Run(plan, proposal, operands);
            return true;
        }
        catch (CublasException)
        {
            return false;
        }
    }

    private void Run(MatmulPlan plan, int proposal, in ProductOperands x) =>
        plan.Run(proposal, 1, x.A, x.B, x.Beta, x.D, workspace.Address, workspace.Bytes, stream, x.C, x.Bias);
}
