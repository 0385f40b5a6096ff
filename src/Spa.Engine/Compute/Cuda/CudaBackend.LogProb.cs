using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    // Threads of a block that holds several small rows; as in logprob.cu.
    private const int SmallRowThreads = 256;

    /// <summary>As the contract says; a label outside the vocabulary is reported by the next call that waits.</summary>
    public override void LogProbForward(in LogProbRows rows, Tensor policy, Tensor reference, Tensor labels, float lambda, float softCap)
    {
        RequireLogits(policy, policy.Rows);
        RequireVector(labels, DType.Int32, policy.Rows);
        if (!reference.IsAbsent) Require(reference.Type == policy.Type && reference.Rows == policy.Rows && reference.Columns == policy.Columns, reference);
        else if (!rows.Reference.IsAbsent || !rows.Extrapolated.IsAbsent) throw new ArgumentException($"{nameof(LogProbForward)}: the reference's logits are absent, but its log-probs are asked for");
        RequireRows(rows.Policy, policy.Rows);
        RequireRows(rows.PolicyLse, policy.Rows);
        RequireRows(rows.Reference, policy.Rows);
        RequireRows(rows.Extrapolated, policy.Rows);
        RequireRows(rows.Entropy, policy.Rows);
        RequireRows(rows.MeanLogit, policy.Rows);
        RequireRows(rows.Top1, policy.Rows);
        bool needsReference = !rows.Reference.IsAbsent || !rows.Extrapolated.IsAbsent;
        int lanes = HeadKernels.LanesFor(policy.Columns);
        Launch(HeadKernels.LogProbForward.With(Bf16(policy), softCap != 0 ? 1 : 0, lanes, needsReference ? 1 : 0), ShapeOfRows(policy.Rows, lanes), new LogProbForwardArgs
        {
            Policy = policy.Address,
            Reference = reference.Address,
            Labels = labels.Address,
            PolicyLogp = rows.Policy.Address,
            PolicyLse = rows.PolicyLse.Address,
            ReferenceLogp = rows.Reference.Address,
            ExtrapolatedLogp = rows.Extrapolated.Address,
            Entropy = rows.Entropy.Address,
            MeanLogit = rows.MeanLogit.Address,
            Top1 = rows.Top1.Address,
            Fault = FaultWord,
            PolicyStride = policy.Stride,
            ReferenceStride = reference.Stride,
            Rows = (int)policy.Rows,
            Vocabulary = policy.Columns,
            Lambda = lambda,
            Cap = softCap,
        });
    }

    public override void LogProbBackward(Tensor logits, Tensor lse, Tensor labels, Tensor coefficient, float softCap)
    {
        RequireLogits(logits, logits.Rows);
        RequireVector(lse, DType.Float32, logits.Rows);
        RequireVector(labels, DType.Int32, logits.Rows);
        RequireVector(coefficient, DType.Float32, logits.Rows);
        int lanes = HeadKernels.LanesFor(logits.Columns);
        Launch(HeadKernels.LogProbBackward.With(Bf16(logits), softCap != 0 ? 1 : 0, lanes, 0), ShapeOfRows(logits.Rows, lanes), new LogProbBackwardArgs
        {
            Logits = logits.Address,
            Lse = lse.Address,
            Labels = labels.Address,
            Coefficient = coefficient.Address,
            Fault = FaultWord,
            Stride = logits.Stride,
            Rows = (int)logits.Rows,
            Vocabulary = logits.Columns,
            Cap = softCap,
        });
    }

    public override void LogProbSquares(Tensor squares, Tensor logits, Tensor lse)
    {
        RequireLogits(logits, logits.Rows);
        RequireVector(squares, DType.Float32, logits.Rows);
        RequireVector(lse, DType.Float32, logits.Rows);
        int lanes = HeadKernels.LanesFor(logits.Columns);
        Launch(HeadKernels.LogProbSquares.With(Bf16(logits), 0, lanes, 0), ShapeOfRows(logits.Rows, lanes), new LogProbSquaresArgs
        {
            Squares = squares.Address,
            Logits = logits.Address,
            Lse = lse.Address,
            Stride = logits.Stride,
            Rows = (int)logits.Rows,
            Vocabulary = logits.Columns,
        });
    }

    private static LaunchShape ShapeOfRows(long rows, int lanes) => lanes == 32 ? new LaunchShape(Blocks(rows, SmallRowThreads / lanes), 1, 1, SmallRowThreads) : new LaunchShape((int)rows, 1, 1, lanes);

    private static void RequireLogits(Tensor tensor, long rows, [CallerArgumentExpression(nameof(tensor))] string name = "", [CallerMemberName] string op = "")
    {
        if (tensor.Type is not (DType.Float32 or DType.BFloat16) || tensor.Rows != rows || rows > int.MaxValue || tensor.Columns < 1 || tensor.Layout != TensorLayout.RowMajor)
            ThrowShape(tensor, op, $"{name} Float32 or BFloat16[{rows}, vocabulary]");
    }
}
