using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    /// <summary>As the contract says; a row whose position is outside the table is left alone and the next call that waits throws.</summary>
    public override void Rotary(Tensor x, Tensor positions, Tensor table, int headDim, bool interleaved, bool inverse)
    {
        RequireActivation(x, x.Type, x.Rows, x.Columns);
        RequireFloat(table, table.Rows, table.Columns);
        RequireVector(positions, DType.Int32, x.Rows);
        Require(headDim > 0 && x.Columns % headDim == 0, x);
        Require(table.Columns % 2 == 0 && table.Columns <= headDim, table);
        int pairs = table.Columns / 2, chunk = interleaved ? ChunkOf(x) / 2 : ChunkOf(x), heads = x.Columns / headDim, chunks = (pairs + chunk - 1) / chunk;
        ElementGrid grid = Grid(x.Rows, (long)heads * chunks, 1);
        // Heads, halves of a head and of the table must begin where chunks may, too.
        bool isAligned = pairs % chunk == 0 && headDim * x.Type.Size() % 16 == 0 && Vector(ChunkOf(x), x) == 1 && Vector(chunk, table) == 1;
        Launch(RotaryKernels.RotaryForward.With(Bf16(x), interleaved ? 1 : 0, isAligned ? 1 : 0), grid.Shape, new RotaryForwardArgs
        {
            X = x.Address,
            Positions = positions.Address,
            Table = table.Address,
            Fault = FaultWord,
            Rows = x.Rows,
            Limit = table.Rows,
            Heads = heads,
            HeadDim = headDim,
            Pairs = pairs,
            Chunks = chunks,
            XStride = x.Stride,
            TableStride = table.Stride,
            Shift = grid.Shift,
            Sign = inverse ? -1 : 1,
        });
    }
}
