namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    // A random word costs about as much as reading this many elements.
    private const int DropoutWork = 8;

    public override void Scale(Tensor output, Tensor input, float factor, Tensor scale = default, Tensor bias = default, Tensor residual = default)
    {
        RequireFloat(input, input.Rows, input.Columns);
        CheckScale(output, input, scale, bias, residual);
        Split(new ScaleKernel(output, input, factor, scale, bias, residual), input.Rows, input.Columns);
    }

    public override void ScaleBackward(Tensor dscale, Tensor dout, Tensor input)
    {
        RequireFloat(input, input.Rows, input.Columns);
        RequireFloat(dout, input.Rows, input.Columns);
        RequireFloat(dscale, 1, input.Columns);
        SplitColumns(new ScaleBackwardKernel(dscale, dout, input), input.Columns, input.Rows);
    }

    public override void Dropout(Tensor output, Tensor input, Tensor keys, in DropoutMask mask, bool accumulate = false)
    {
        RequireFloat(input, input.Rows, input.Columns);
        CheckDropout(output, input, keys, mask);
        Split(new DropoutKernel(output, input, keys, mask, accumulate), input.Rows, (long)DropoutWork * input.Columns);
    }
}
