namespace Spa.Engine.Compute;

public abstract partial class ComputeBackend
{
    private protected static void CheckScale(Tensor output, Tensor input, Tensor scale, Tensor bias, Tensor residual)
    {
        RequireActivation(input, input.Type, input.Rows, input.Columns, op: nameof(Scale));
        RequireActivation(output, input.Type, input.Rows, input.Columns, op: nameof(Scale));
        if (!scale.IsAbsent) RequireFloat(scale, 1, input.Columns, op: nameof(Scale));
        if (!bias.IsAbsent) RequireFloat(bias, 1, input.Columns, op: nameof(Scale));
        if (!residual.IsAbsent) RequireActivation(residual, input.Type, input.Rows, input.Columns, op: nameof(Scale));
    }

    private protected static void CheckDropout(Tensor output, Tensor input, Tensor keys, in DropoutMask mask)
    {
        RequireActivation(input, input.Type, input.Rows, input.Columns, op: nameof(Dropout));
        RequireActivation(output, input.Type, input.Rows, input.Columns, op: nameof(Dropout));
        RequireVector(keys, DType.Int32, 2 * input.Rows, op: nameof(Dropout));
        if (!(mask.Rate >= 0 && mask.Rate < 1)) throw new ArgumentOutOfRangeException(nameof(mask), mask.Rate, $"{nameof(Dropout)}: expected a rate in [0, 1)");
    }
}
