using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    /// <inheritdoc/>
    public override void Scale(Tensor output, Tensor input, float factor, Tensor scale = default, Tensor bias = default, Tensor residual = default)
    {
        CheckScale(output, input, scale, bias, residual);
        int chunk = ChunkOf(input);
        ElementGrid grid = Grid(input.Rows, input.Columns, chunk);
        Launch(AdapterKernels.ScaleForward.With(Bf16(input), Vector(chunk, output, input, residual)), grid.Shape, new ScaleForwardArgs
        {
            Output = output.Address,
            Input = input.Address,
            Scale = scale.Address,
            Bias = bias.Address,
            Residual = residual.Address,
            Rows = input.Rows,
            Columns = input.Columns,
            OutputStride = output.Stride,
            InputStride = input.Stride,
            ResidualStride = residual.Stride,
            Shift = grid.Shift,
            Factor = factor,
        });
    }

    /// <inheritdoc/>
    public override void ScaleBackward(Tensor dscale, Tensor dout, Tensor input)
    {
        RequireActivation(dout, input.Type, input.Rows, input.Columns);
        RequireFloat(dscale, 1, input.Columns);
        if (dout.Count == 0) return;
        // Cut as in BiasBackward: by the shape alone.
        int rows = checked((int)dout.Rows), blocks = Math.Min(MaxBiasBlocks, Blocks(rows, BiasRows)), perBlock = Blocks(rows, blocks), chunk = ChunkOf(dout);
        blocks = Blocks(rows, perBlock);
        nint partial = Scratch((long)blocks * dout.Columns * sizeof(float));
        int vector = dout.Columns % chunk == 0 ? Vector(chunk, dout, input) : 0;
        Launch(AdapterKernels.ScaleBackward.With(Bf16(dout), vector), new LaunchShape(Blocks(dout.Columns, BiasAcross * chunk), blocks, 1, BiasThreads), new ScaleBackwardArgs
        {
            Partial = partial,
            Dout = dout.Address,
            Input = input.Address,
            Rows = rows,
            Columns = dout.Columns,
            DoutStride = dout.Stride,
            InputStride = input.Stride,
            RowsPerBlock = perBlock,
        });
        AddPartials(dscale, partial, blocks);
    }

    /// <inheritdoc/>
    public override void Dropout(Tensor output, Tensor input, Tensor keys, in DropoutMask mask, bool accumulate = false)
    {
        CheckDropout(output, input, keys, mask);
        int chunk = ChunkOf(input);
        ElementGrid grid = Grid(input.Rows, input.Columns, chunk);
        Launch(AdapterKernels.DropoutForward.With(Bf16(input), Vector(chunk, output, input), accumulate ? 1 : 0), grid.Shape, new DropoutForwardArgs
        {
            Output = output.Address,
            Input = input.Address,
            Keys = keys.Address,
            Seed = mask.Seed,
            Rows = input.Rows,
            Columns = input.Columns,
            OutputStride = output.Stride,
            InputStride = input.Stride,
            Shift = grid.Shift,
            Stream = mask.Stream,
            Threshold = mask.Threshold,
            Scale = mask.Scale,
        });
    }
}
