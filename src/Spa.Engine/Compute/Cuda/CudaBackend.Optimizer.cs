using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    // gradient_norm.cu
    private const int NormPartialElements = 64 * 1024;
    private const int NormPartialThreads = 256;
    private const int NormFinishThreads = 1024;

    // adamw_8bit.cu: eight blocks of moments for a CTA at a time, and CTAs enough to fill any device, few enough to make the maps seldom.
    private const int MomentThreads = 256;
    private const int MaxMomentBlocks = 2048;

    /// <inheritdoc/>
    public override void GradientNorm(Tensor norm, Tensor gradients)
    {
        RequireVector(norm, DType.Float32, 1);
        RequireVector(gradients, DType.Float32, gradients.Count);
        int blocks = Blocks(gradients.Count, NormPartialElements);
        nint partial = Scratch(Math.Max(1, blocks) * sizeof(double));
        int vector = FlatVector(4, gradients);
        Launch(OptimizerKernels.GradientNormPartial.With(vector), new LaunchShape(blocks, 1, 1, NormPartialThreads), new GradientNormPartialArgs
        {
            Partial = partial,
            Gradients = gradients.Address,
            Count = gradients.Count,
        });
        Launch(OptimizerKernels.GradientNormFinish.With(0), new LaunchShape(1, 1, 1, NormFinishThreads), new GradientNormFinishArgs
        {
            Norm = norm.Address,
            Partial = partial,
            Partials = blocks,
        });
    }

    /// <inheritdoc/>
    public override void AdamW(Tensor weights, Tensor master, Tensor gradients, Tensor m, Tensor v, Tensor norm, in AdamWStep step)
    {
        CheckUpdate(weights, master, gradients);
        RequireVector(m, DType.Float32, weights.Count);
        RequireVector(v, DType.Float32, weights.Count);
        if (step.MaxGradNorm > 0) RequireVector(norm, DType.Float32, 1);
        bool narrow = weights.Type == DType.BFloat16;
        ElementGrid grid = FlatGrid(weights.Count, 4);
        int vector = FlatVector(4, weights, master, gradients, m, v);
        Launch(OptimizerKernels.AdamWForward.With(Bf16(weights), vector), grid.Shape, new AdamWForwardArgs
        {
            Weights = narrow ? weights.Address : 0,
            Master = narrow ? master.Address : weights.Address,
            Gradients = gradients.Address,
            M = m.Address,
            V = v.Address,
            Norm = norm.Address,
            Count = weights.Count,
            Factors = FactorsOf(step),
        });
    }

    /// <inheritdoc/>
    public override void AdamW8Bit(Tensor weights, Tensor master, Tensor gradients, Tensor mCodes, Tensor vCodes, Tensor mScales, Tensor vScales, Tensor norm, in AdamWStep step)
    {
        CheckAdamW8Bit(weights, master, gradients, mCodes, vCodes, mScales, vScales, norm);
        long count = weights.Count, blocks = (count + MomentBlock - 1) / MomentBlock;
        bool narrow = weights.Type == DType.BFloat16;
        int vector = FlatVector(8, weights, master, gradients) & FlatVector(2, mCodes, vCodes);
        var shape = new LaunchShape(Math.Min(MaxMomentBlocks, Blocks(blocks, MomentThreads / 32)), 1, 1, MomentThreads);
        Launch(OptimizerKernels.AdamW8Bit.With(Bf16(weights), vector), shape, new AdamW8BitArgs
        {
            Weights = narrow ? weights.Address : 0,
            Master = narrow ? master.Address : weights.Address,
            Gradients = gradients.Address,
            MCodes = mCodes.Address,
            VCodes = vCodes.Address,
            MScales = mScales.Address,
            VScales = vScales.Address,
            Norm = norm.Address,
            Count = count,
            Factors = FactorsOf(step),
        });
    }

    /// <inheritdoc/>
    public override void AdamWBf16(Tensor weights, Tensor gradients, Tensor m, Tensor v, Tensor norm, in AdamWStep step, ulong seed, long first = 0)
    {
        CheckAdamWBf16(weights, gradients, m, v, norm, first);
        ElementGrid grid = FlatGrid(weights.Count, 8);
        Launch(OptimizerKernels.AdamWBf16.With(FlatVector(8, weights, gradients, m, v)), grid.Shape, new AdamWBf16Args
        {
            Weights = weights.Address,
            Gradients = gradients.Address,
            M = m.Address,
            V = v.Address,
            Norm = norm.Address,
            Count = weights.Count,
            First = first,
            Seed = seed,
            Factors = FactorsOf(step),
            Step = step.Step,
        });
    }

    /// <summary>Everything of a step that is one for all elements, rounded to float32 as on the CPU.</summary>
    private static AdamWFactors FactorsOf(in AdamWStep step) => new()
    {
        Keep = (float)(1 - step.LearningRate * step.WeightDecay),
        MRate = (float)(1 - step.Beta1),
        VKeep = (float)step.Beta2,
        VRate = (float)(1 - step.Beta2),
        RootCorrection = (float)Math.Sqrt(1 - Math.Pow(step.Beta2, step.Step)),
        Epsilon = (float)step.Epsilon,
        StepSize = (float)(-step.LearningRate / (1 - Math.Pow(step.Beta1, step.Step))),
        MaxNorm = (float)step.MaxGradNorm,
    };

    // A flat kernel takes all elements as one row and 256 chunks a block.
    private static ElementGrid FlatGrid(long count, int chunk) => new(new LaunchShape(Blocks(count, 256 * chunk), 1, 1, 256), 8);
}
