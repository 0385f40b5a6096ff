using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public override void GluForward(Tensor output, Tensor gateUp, ActivationKind kind)
    {
        RequireActivation(gateUp, gateUp.Type, output.Rows, 2 * output.Columns);
        RequireActivation(output, gateUp.Type, gateUp.Rows, gateUp.Columns / 2);
        if (!Enum.IsDefined(kind)) throw Unknown(kind);
        int chunk = ChunkOf(output);
        ElementGrid grid = Grid(output.Rows, output.Columns, chunk);
        int vector = Vector(chunk, output, gateUp, gateUp.ColumnRange(output.Columns, output.Columns));
        Launch(MlpKernels.GluForward.With(Bf16(output), (int)kind, vector), grid.Shape, new GluForwardArgs
        {
            Output = output.Address,
            GateUp = gateUp.Address,
            Rows = output.Rows,
            Columns = output.Columns,
            OutputStride = output.Stride,
            GateUpStride = gateUp.Stride,
            Shift = grid.Shift,
        });
    }

    /// <inheritdoc/>
    public override void GluBackward(Tensor dgateUp, Tensor dout, Tensor gateUp, ActivationKind kind, Tensor output = default)
    {
        RequireActivation(gateUp, gateUp.Type, dout.Rows, 2 * dout.Columns);
        RequireActivation(dgateUp, gateUp.Type, dout.Rows, 2 * dout.Columns);
        RequireActivation(dout, gateUp.Type, gateUp.Rows, gateUp.Columns / 2);
        if (!output.IsAbsent) RequireActivation(output, gateUp.Type, dout.Rows, dout.Columns);
        if (!Enum.IsDefined(kind)) throw Unknown(kind);
        int chunk = ChunkOf(dout);
        ElementGrid grid = Grid(dout.Rows, dout.Columns, chunk);
        int vector = Vector(chunk, dgateUp, dgateUp.ColumnRange(dout.Columns, dout.Columns), dout, gateUp, gateUp.ColumnRange(dout.Columns, dout.Columns), output);
        Launch(MlpKernels.GluBackward.With(Bf16(dout), (int)kind, vector), grid.Shape, new GluBackwardArgs
        {
            DgateUp = dgateUp.Address,
            Dout = dout.Address,
            GateUp = gateUp.Address,
            Output = output.Address,
            Rows = dout.Rows,
            Columns = dout.Columns,
            DgateUpStride = dgateUp.Stride,
            DoutStride = dout.Stride,
            GateUpStride = gateUp.Stride,
            OutputStride = output.Stride,
            Shift = grid.Shift,
        });
    }

    /// <inheritdoc/>
    public override void ActivationForward(Tensor output, Tensor input, ActivationKind kind)
    {
        RequireActivation(input, input.Type, output.Rows, output.Columns);
        RequireActivation(output, input.Type, input.Rows, input.Columns);
        if (!Enum.IsDefined(kind)) throw Unknown(kind);
        (long rows, long columns) = Flatten(output, input);
        int chunk = ChunkOf(output);
        ElementGrid grid = Grid(rows, columns, chunk);
        Launch(MlpKernels.ActivationForward.With(Bf16(output), (int)kind, rows == 1 ? FlatVector(chunk, output, input) : Vector(chunk, output, input)), grid.Shape, new ActivationForwardArgs
        {
            Output = output.Address,
            Input = input.Address,
            Rows = rows,
            Columns = columns,
            OutputStride = output.Stride,
            InputStride = input.Stride,
            Shift = grid.Shift,
        });
    }

    /// <inheritdoc/>
    public override void ActivationBackward(Tensor dinput, Tensor dout, Tensor input, ActivationKind kind)
    {
        RequireActivation(input, input.Type, dout.Rows, dout.Columns);
        RequireActivation(dinput, input.Type, dout.Rows, dout.Columns);
        RequireActivation(dout, input.Type, input.Rows, input.Columns);
        if (!Enum.IsDefined(kind)) throw Unknown(kind);
        (long rows, long columns) = Flatten(dinput, dout, input);
        int chunk = ChunkOf(input);
        ElementGrid grid = Grid(rows, columns, chunk);
        Launch(MlpKernels.ActivationBackward.With(Bf16(input), (int)kind, rows == 1 ? FlatVector(chunk, dinput, dout, input) : Vector(chunk, dinput, dout, input)), grid.Shape, new ActivationBackwardArgs
        {
            Dinput = dinput.Address,
            Dout = dout.Address,
            Input = input.Address,
            Rows = rows,
            Columns = columns,
            DinputStride = dinput.Stride,
            DoutStride = dout.Stride,
            InputStride = input.Stride,
            Shift = grid.Shift,
        });
    }
}
