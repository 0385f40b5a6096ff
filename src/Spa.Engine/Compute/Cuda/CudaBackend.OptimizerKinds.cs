using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

/// <content>The optimisers beside AdamW.</content>
public sealed unsafe partial class CudaBackend
{
    // adafactor.cu: a warp a row where a kernel goes along rows, a thread a column where it goes down columns.
    private const int AdafactorThreads = 256;
    private const int AdafactorScaleThreads = 1024;
    private const int AdafactorPartialRows = 64;
    private const int MaxAdafactorPartials = 256;

    /// <inheritdoc/>
    public override void Lion(Tensor weights, Tensor master, Tensor gradients, Tensor m, Tensor norm, in LionStep step)
    {
        CheckUpdate(weights, master, gradients);
        RequireVector(m, DType.Float32, weights.Count);
        RequireVector(norm, DType.Float32, 1);
        bool narrow = weights.Type == DType.BFloat16;
        Launch(OptimizerKernels.LionForward.With(Bf16(weights), FlatVector(4, weights, master, gradients, m)), FlatGrid(weights.Count, 4).Shape, new LionForwardArgs
        {
            Weights = narrow ? weights.Address : 0,
            Master = narrow ? master.Address : weights.Address,
            Gradients = gradients.Address,
            M = m.Address,
            Norm = norm.Address,
            Count = weights.Count,
            Keep = (float)(1 - step.LearningRate * step.WeightDecay),
            DirectionRate = (float)(1 - step.Beta1),
            MRate = (float)(1 - step.Beta2),
            StepSize = (float)-step.LearningRate,
            MaxNorm = (float)step.MaxGradNorm,
        });
    }

    /// <inheritdoc/>
    public override void Adafactor(Tensor weights, Tensor master, Tensor gradients, Tensor rows, Tensor columns, Tensor norm, in AdafactorStep step)
    {
        CheckAdafactor(weights, master, gradients, rows, columns, norm);
        if (weights.Count == 0) return;
        bool narrow = weights.Type == DType.BFloat16;
        // The cut of the rows depends on their number alone, not on the device.
        int rowCount = checked((int)weights.Rows), width = weights.Columns, perPartial = Math.Max(AdafactorPartialRows, Blocks(rowCount, MaxAdafactorPartials));
        int partials = Blocks(rowCount, perPartial);
        nint partial = Scratch(((long)partials * width + rowCount) * sizeof(double) + (width + 2L) * sizeof(float));
        nint squares = partial + (nint)((long)partials * width * sizeof(double)), scalars = squares + (nint)((long)rowCount * sizeof(double)), factors = scalars + 2 * sizeof(float);
        AdafactorArgs args = new()
        {
            Weights = narrow ? weights.Address : 0,
            Master = narrow ? master.Address : weights.Address,
            Gradients = gradients.Address,
            Rows = rows.Address,
            Columns = columns.Address,
            Norm = norm.Address,
            Partial = partial,
            Squares = squares,
            Factors = factors,
            Scalars = scalars,
            Decay = step.Decay,
            Epsilon = AdafactorStep.Epsilon,
            StepSize = -step.LearningRate,
            RowCount = rowCount,
            ColumnCount = width,
            Partials = partials,
            RowsPerPartial = perPartial,
            Keep = (float)(1 - step.LearningRate * step.WeightDecay),
            MaxNorm = (float)step.MaxGradNorm,
        };
        var alongRows = new LaunchShape(Blocks(rowCount, AdafactorThreads / 32), 1, 1, AdafactorThreads);
        int across = Blocks(width, AdafactorThreads);
        if (!rows.IsAbsent) Launch(OptimizerKernels.AdafactorRows.With(0), alongRows, args);
        Launch(OptimizerKernels.AdafactorColumns.With(0), new LaunchShape(across, partials, 1, AdafactorThreads), args);
        Launch(OptimizerKernels.AdafactorFactors.With(0), new LaunchShape(across, 1, 1, AdafactorThreads), args);
        Launch(OptimizerKernels.AdafactorSquares.With(0), alongRows, args);
        Launch(OptimizerKernels.AdafactorScale.With(0), new LaunchShape(1, 1, 1, AdafactorScaleThreads), args);
        Launch(OptimizerKernels.AdafactorUpdate.With(Bf16(weights)), alongRows, args);
    }

    /// <inheritdoc/>
    public override void MuonMomentum(Tensor output, Tensor m, Tensor gradients, Tensor norm, double momentum, double maxGradNorm)
    {
        CheckMuonMomentum(output, m, gradients, norm);
        Launch(OptimizerKernels.MuonMomentum.With(0, 0, FlatVector(8, output, m, gradients)), FlatGrid(m.Count, 8).Shape, new MuonMomentumArgs
        {
            Output = output.Address,
            M = m.Address,
            Gradients = gradients.Address,
            Norm = norm.Address,
            Count = m.Count,
            Momentum = (float)momentum,
            Rate = (float)(1 - momentum),
            MaxNorm = (float)maxGradNorm,
        });
    }

    /// <inheritdoc/>
    public override void DivideByNorm(Tensor output, Tensor input, Tensor norm, double epsilon)
    {
        CheckDivideByNorm(output, input, norm);
        Launch(OptimizerKernels.MuonDivide.With(Bf16(output), 0, FlatVector(8, output, input)), FlatGrid(input.Count, 8).Shape, new MuonDivideArgs
        {
            Output = output.Address,
            Input = input.Address,
            Norm = norm.Address,
            Count = input.Count,
            Epsilon = (float)epsilon,
        });
    }

    /// <inheritdoc/>
    public override void Combine(Tensor output, double a, Tensor x, double b, Tensor y)
    {
        CheckCombine(output, x, y);
        Launch(OptimizerKernels.MuonCombine.With(Bf16(output), 0, FlatVector(8, output, x, y)), FlatGrid(output.Count, 8).Shape, new MuonCombineArgs
        {
            Output = output.Address,
            X = x.Address,
            Y = y.Address,
            Count = output.Count,
            A = (float)a,
            B = (float)b,
        });
    }

    /// <inheritdoc/>
    public override void MuonUpdate(Tensor weights, Tensor master, Tensor update, double keep, double rate)
    {
        CheckMuonUpdate(weights, master, update);
        bool narrow = weights.Type == DType.BFloat16;
        Launch(OptimizerKernels.MuonUpdate.With(Bf16(update), Bf16(weights), FlatVector(8, weights, master, update)), FlatGrid(weights.Count, 8).Shape, new MuonUpdateArgs
        {
            Weights = narrow ? weights.Address : 0,
            Master = narrow ? master.Address : weights.Address,
            Update = update.Address,
            Count = weights.Count,
            Keep = (float)keep,
            StepSize = (float)-rate,
        });
    }
}
