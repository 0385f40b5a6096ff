namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    // An activation costs about four times what streaming its element does.
    private const int ActivationCost = 4;

    public override void GluForward(Tensor output, Tensor gateUp, ActivationKind kind)
    {
        RequireFloat(gateUp, output.Rows, 2 * output.Columns);
        RequireFloat(output, gateUp.Rows, gateUp.Columns / 2);
        switch (kind)
        {
            case ActivationKind.Silu:
                SplitActivation(new GluForwardKernel<Silu>(output, gateUp), output);
                break;
            case ActivationKind.GeluTanh:
                SplitActivation(new GluForwardKernel<GeluTanh>(output, gateUp), output);
                break;
            case ActivationKind.GeluErf:
                SplitActivation(new GluForwardKernel<GeluErf>(output, gateUp), output);
                break;
            case ActivationKind.Relu:
                SplitActivation(new GluForwardKernel<Relu>(output, gateUp), output);
                break;
            default:
                throw Unknown(kind);
        }
    }

    public override void GluBackward(Tensor dgateUp, Tensor dout, Tensor gateUp, ActivationKind kind, Tensor output = default)
    {
        RequireFloat(gateUp, dout.Rows, 2 * dout.Columns);
        RequireFloat(dgateUp, dout.Rows, 2 * dout.Columns);
        RequireFloat(dout, gateUp.Rows, gateUp.Columns / 2);
        if (!output.IsAbsent) RequireFloat(output, dout.Rows, dout.Columns);
        switch (kind)
        {
            case ActivationKind.Silu:
                SplitActivation(new GluBackwardKernel<Silu>(dgateUp, dout, gateUp, output), dout);
                break;
            case ActivationKind.GeluTanh:
                SplitActivation(new GluBackwardKernel<GeluTanh>(dgateUp, dout, gateUp, output), dout);
                break;
            case ActivationKind.GeluErf:
                SplitActivation(new GluBackwardKernel<GeluErf>(dgateUp, dout, gateUp, output), dout);
                break;
            case ActivationKind.Relu:
                SplitActivation(new GluBackwardKernel<Relu>(dgateUp, dout, gateUp, output), dout);
                break;
            default:
                throw Unknown(kind);
        }
    }

    public override void ActivationForward(Tensor output, Tensor input, ActivationKind kind)
    {
        RequireFloat(input, output.Rows, output.Columns);
        RequireFloat(output, input.Rows, input.Columns);
        switch (kind)
        {
            case ActivationKind.Silu:
                SplitActivation(new ActivationForwardKernel<Silu>(output, input), output);
                break;
            case ActivationKind.GeluTanh:
                SplitActivation(new ActivationForwardKernel<GeluTanh>(output, input), output);
                break;
            case ActivationKind.GeluErf:
                SplitActivation(new ActivationForwardKernel<GeluErf>(output, input), output);
                break;
            case ActivationKind.Relu:
                SplitActivation(new ActivationForwardKernel<Relu>(output, input), output);
                break;
            default:
                throw Unknown(kind);
        }
    }

    public override void ActivationBackward(Tensor dinput, Tensor dout, Tensor input, ActivationKind kind)
    {
        RequireFloat(input, dout.Rows, dout.Columns);
        RequireFloat(dinput, dout.Rows, dout.Columns);
        RequireFloat(dout, input.Rows, input.Columns);
        switch (kind)
        {
            case ActivationKind.Silu:
                SplitActivation(new ActivationBackwardKernel<Silu>(dinput, dout, input), dout);
                break;
            case ActivationKind.GeluTanh:
                SplitActivation(new ActivationBackwardKernel<GeluTanh>(dinput, dout, input), dout);
                break;
            case ActivationKind.GeluErf:
                SplitActivation(new ActivationBackwardKernel<GeluErf>(dinput, dout, input), dout);
                break;
            case ActivationKind.Relu:
                SplitActivation(new ActivationBackwardKernel<Relu>(dinput, dout, input), dout);
                break;
            default:
                throw Unknown(kind);
        }
    }

    private void SplitActivation<TKernel>(in TKernel kernel, Tensor shape) where TKernel : struct, IRangeKernel => Split(kernel, shape.Rows, (long)ActivationCost * shape.Columns);
}
