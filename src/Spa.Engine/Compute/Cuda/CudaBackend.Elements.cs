using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    // bias.cu: columns of a block are 32 chunks; at least so many rows of a block that its partial sums are few beside what it read.
    private const int BiasAcross = 32;
    private const int BiasRows = 64;
    private const int BiasThreads = 256;
    private const int MaxBiasBlocks = 256;

    /// <inheritdoc/>
    public override void Copy(Tensor destination, Tensor source)
    {
        RequireSameShape(destination, source);
        if (destination.Type != source.Type) Require(destination.Type != DType.Int32 && source.Type != DType.Int32, destination);
        (long rows, long columns) = Flatten(destination, source);
        int chunk = ChunkOf(destination, source);
        ElementGrid grid = Grid(rows, columns, chunk);
        Launch(ElementKernels.CopyForward.With(Bf16(source), Bf16(destination), rows == 1 ? FlatVector(chunk, destination, source) : Vector(chunk, destination, source)), grid.Shape, new CopyForwardArgs
        {
            Output = destination.Address,
            Input = source.Address,
            Rows = rows,
            Columns = columns,
            OutputStride = destination.Stride,
            InputStride = source.Stride,
            Shift = grid.Shift,
        });
    }

    /// <inheritdoc/>
    public override void Add(Tensor destination, Tensor source)
    {
        RequireSameShape(destination, source);
        Require(destination.Type != DType.Int32 && source.Type != DType.Int32, destination);
        (long rows, long columns) = Flatten(destination, source);
        int chunk = ChunkOf(destination, source);
        ElementGrid grid = Grid(rows, columns, chunk);
        Launch(ElementKernels.AddForward.With(Bf16(source), Bf16(destination), rows == 1 ? FlatVector(chunk, destination, source) : Vector(chunk, destination, source)), grid.Shape, new AddForwardArgs
        {
            Output = destination.Address,
            Input = source.Address,
            Rows = rows,
            Columns = columns,
            OutputStride = destination.Stride,
            InputStride = source.Stride,
            Shift = grid.Shift,
        });
    }

    /// <inheritdoc/>
    public override void BiasBackward(Tensor dbias, Tensor dout)
    {
        RequireActivation(dout, dout.Type, dout.Rows, dbias.Columns);
        RequireFloat(dbias, 1, dout.Columns);
        if (dout.Count == 0) return;
        // The cut into blocks depends on the shape alone, not on the device.
        int rows = checked((int)dout.Rows), blocks = Math.Min(MaxBiasBlocks, Blocks(rows, BiasRows)), perBlock = Blocks(rows, blocks), chunk = ChunkOf(dout);
        blocks = Blocks(rows, perBlock);
        nint partial = Scratch((long)blocks * dout.Columns * sizeof(float));
        int vector = dout.Columns % chunk == 0 ? Vector(chunk, dout) : 0;
        Launch(ElementKernels.BiasBackward.With(Bf16(dout), vector), new LaunchShape(Blocks(dout.Columns, BiasAcross * chunk), blocks, 1, BiasThreads), new BiasBackwardArgs
        {
            Partial = partial,
            Dout = dout.Address,
            Rows = rows,
            Columns = dout.Columns,
            DoutStride = dout.Stride,
            RowsPerBlock = perBlock,
        });
        AddPartials(dbias, partial, blocks);
    }

    /// <summary>output [1, C] += the sum of partial [count, C], in order.</summary>
    private void AddPartials(Tensor output, nint partial, int count) =>
        Launch(ElementKernels.PartialsAdd.With(), new LaunchShape(Blocks(output.Columns, BiasAcross), 1, 1, BiasThreads), new PartialsAddArgs
        {
            Output = output.Address,
            Partial = partial,
            Partials = count,
            Columns = output.Columns,
        });
}
