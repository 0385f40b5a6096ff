using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    // scatter.cu
    private const int ScatterBuckets = 256;
    private const int ScatterOrderThreads = 256;
    private const int ScatterAddThreads = 128;

    /// <summary>As the contract says; an id outside the vocabulary makes its row NaN and the next call that waits throw.</summary>
    public override void EmbeddingForward(Tensor output, Tensor ids, Tensor weight, float scale)
    {
        RequireVector(ids, DType.Int32, output.Rows);
        RequireActivation(output, output.Type, ids.Count, weight.Columns);
        RequireWeight(weight, weight.Rows, output.Columns);
        int chunk = ChunkOf(output, weight);
        ElementGrid grid = Grid(output.Rows, output.Columns, chunk);
        Launch(EmbeddingKernels.EmbeddingForward.With(Bf16(output), Bf16(weight), Vector(chunk, output, weight)), grid.Shape, new EmbeddingForwardArgs
        {
            Output = output.Address,
            Weight = weight.Address,
            Ids = ids.Address,
            Fault = FaultWord,
            Rows = output.Rows,
            Columns = output.Columns,
            Vocabulary = weight.Rows,
            OutputStride = output.Stride,
            WeightStride = weight.Stride,
            Shift = grid.Shift,
            Scale = scale,
        });
    }

    /// <summary>As the contract says; a token with an id outside the vocabulary is left out and the next call that waits throws.</summary>
    public override void EmbeddingBackward(Tensor dweight, Tensor ids, Tensor dout, float scale)
    {
        RequireVector(ids, DType.Int32, dout.Rows);
        RequireActivation(dout, dout.Type, ids.Count, dweight.Columns);
        RequireFloat(dweight, dweight.Rows, dout.Columns);
        Scatter(dweight, dout, ids, scale, FaultKind.TokenId);
    }

    /// <summary>As the contract says; an index outside the rows makes its row NaN and the next call that waits throw.</summary>
    public override void GatherRows(Tensor output, Tensor input, Tensor indices)
    {
        RequireVector(indices, DType.Int32, output.Rows);
        Require(output.Type == input.Type && output.Columns == input.Columns, output);
        int chunk = ChunkOf(output);
        ElementGrid grid = Grid(output.Rows, output.Columns, chunk);
        Launch(EmbeddingKernels.GatherForward.With(Bf16(output), Vector(chunk, output, input)), grid.Shape, new GatherForwardArgs
        {
            Output = output.Address,
            Input = input.Address,
            Indices = indices.Address,
            Fault = FaultWord,
            Rows = output.Rows,
            Columns = output.Columns,
            Limit = input.Rows,
            OutputStride = output.Stride,
            InputStride = input.Stride,
            Shift = grid.Shift,
        });
    }

    /// <summary>As the contract says; a bfloat16 output is rounded after each 256 rows of the op that hit it, so once where rows are few. A bad index is left out and the next call that waits throws.</summary>
    public override void ScatterRowsAdd(Tensor output, Tensor input, Tensor indices)
    {
        RequireVector(indices, DType.Int32, input.Rows);
        RequireActivation(input, input.Type, indices.Count, output.Columns);
        RequireActivation(output, output.Type, output.Rows, input.Columns);
        Scatter(output, input, indices, 1, FaultKind.Index);
    }

    private void Scatter(Tensor output, Tensor input, Tensor indices, float scale, FaultKind fault)
    {
        if (input.Count == 0) return;
        int rows = checked((int)input.Rows), chunk = ChunkOf(output, input);
        nint order = Scratch(((long)rows + ScatterBuckets + 1) * sizeof(int)), starts = order + (nint)rows * sizeof(int);
        int vector = output.Columns % chunk == 0 ? Vector(chunk, output, input) : 0;
        Launch(EmbeddingKernels.ScatterOrder.With(0, 0, 0), new LaunchShape(ScatterBuckets, 1, 1, ScatterOrderThreads), new ScatterOrderArgs
        {
            Order = order,
            Starts = starts,
            Indices = indices.Address,
            Fault = FaultWord,
            Limit = output.Rows,
            Rows = rows,
            FaultCode = (uint)fault,
        });
        Launch(EmbeddingKernels.ScatterAdd.With(Bf16(input), Bf16(output), vector), new LaunchShape(ScatterBuckets, Blocks(output.Columns, ScatterAddThreads * chunk), 1, ScatterAddThreads), new ScatterAddArgs
        {
            Output = output.Address,
            Input = input.Address,
            Indices = indices.Address,
            Order = order,
            Starts = starts,
            Columns = output.Columns,
            OutputStride = output.Stride,
            InputStride = input.Stride,
            Scale = scale,
        });
    }
}
