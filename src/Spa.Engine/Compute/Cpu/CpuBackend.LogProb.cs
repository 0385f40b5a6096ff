namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    // An exponential of an element that lies in a cache takes as long as streaming about three elements.
    private const int ExpCost = 3;

    public override void LogProbForward(in LogProbRows rows, Tensor policy, Tensor reference, Tensor labels, float lambda, float softCap)
    {
        RequireFloat(policy, policy.Rows, policy.Columns);
        RequireVector(labels, DType.Int32, policy.Rows);
        CheckLabels(labels, policy.Columns);
        if (!reference.IsAbsent) RequireFloat(reference, policy.Rows, policy.Columns);
        else if (!rows.Reference.IsAbsent || !rows.Extrapolated.IsAbsent) throw new ArgumentException($"{nameof(LogProbForward)}: the reference's logits are absent, but its log-probs are asked for");
        RequireRows(rows.Policy, policy.Rows);
        RequireRows(rows.PolicyLse, policy.Rows);
        RequireRows(rows.Reference, policy.Rows);
        RequireRows(rows.Extrapolated, policy.Rows);
        RequireRows(rows.Entropy, policy.Rows);
        RequireRows(rows.MeanLogit, policy.Rows);
        RequireRows(rows.Top1, policy.Rows);
        var kernel = new LogProbForwardKernel(rows, policy, reference, labels, lambda, softCap);
        Split(kernel, policy.Rows, (long)policy.Columns * (1 + ExpCost * kernel.LogSumExps));
    }

    public override void LogProbBackward(Tensor logits, Tensor lse, Tensor labels, Tensor coefficient, float softCap)
    {
        RequireFloat(logits, logits.Rows, logits.Columns);
        RequireVector(lse, DType.Float32, logits.Rows);
        RequireVector(labels, DType.Int32, logits.Rows);
        RequireVector(coefficient, DType.Float32, logits.Rows);
        CheckLabels(labels, logits.Columns);
        Split(new LogProbBackwardKernel(logits, lse, labels, coefficient, softCap), logits.Rows, (long)logits.Columns * (1 + ExpCost));
    }

    public override void LogProbSquares(Tensor squares, Tensor logits, Tensor lse)
    {
        RequireFloat(logits, logits.Rows, logits.Columns);
        RequireVector(squares, DType.Float32, logits.Rows);
        RequireVector(lse, DType.Float32, logits.Rows);
        Split(new LogProbSquaresKernel(squares, logits, lse), logits.Rows, (long)logits.Columns * (1 + ExpCost));
    }

    private static void CheckLabels(Tensor labels, int vocabulary)
    {
        int* label = labels.Ints();
        for (long row = 0; row < labels.Count; row++)
        {
            if ((uint)label[row] >= (uint)vocabulary)
                throw new SpaException($"label {label[row]} of row {row} is outside the model's vocabulary of {vocabulary:N0}; use the tokenizer that belongs to the model");
        }
    }
}
