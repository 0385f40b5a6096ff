using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    /// <summary>
    /// As the contract says where an operand is float32: the CPU's bits. Two bfloat16 operands meet on tensor cores: one chain of steps of sixteen over k from 0,
    /// whichever kernel does it, then the old output, bias and residual; or in cuBLASLt, where the order is its own.
    /// </summary>
    public override void MatMul(Tensor output, Tensor a, Tensor b, bool transposeA = false, bool transposeB = false, bool accumulate = false, Tensor bias = default, Tensor residual = default)
    {
        CheckMatMul(output, a, b, transposeA, transposeB, bias, residual, floatOnly: false);
        if (output.Count == 0) return;
        int m = checked((int)output.Rows), n = output.Columns, k = checked((int)(transposeA ? a.Rows : a.Columns));
        bool isBf16 = Bf16(a) == 1 && Bf16(b) == 1, aligned = Vector(8, a, b) == 1;
        bool isFew = m <= MatMulKernels.FewRows;
        if (isBf16 && !(isFew && transposeB) && TryLibrary(output, a, b, k, transposeA, transposeB, accumulate, bias, residual)) return;
        MatMulFlags flags = (accumulate ? MatMulFlags.Accumulate : 0) | (Bf16(output) == 1 ? MatMulFlags.OutputBf16 : 0) | (Bf16(bias) == 1 ? MatMulFlags.BiasBf16 : 0)
            | (Vector(8, output, bias, residual) == 1 ? MatMulFlags.Vector : 0) | (transposeA ? MatMulFlags.TransposeA : 0) | (transposeB ? MatMulFlags.TransposeB : 0);
        MatMulArgs args = new()
        {
            Output = output.Address,
            A = a.Address,
            B = b.Address,
            Bias = bias.Address,
            Residual = residual.Address,
            M = m,
            N = n,
            K = k,
            OutputStride = output.Stride,
            AStride = a.Stride,
            BStride = b.Stride,
            ResidualStride = residual.Stride,
            Flags = flags,
        };
        if (!isBf16) LaunchFloat(Bf16(a), Bf16(b), args);
        else if (isFew && aligned && !transposeA && transposeB) LaunchRows(args);
        else LaunchTiles(transposeA, transposeB, aligned, args);
    }

    /// <summary>
    /// The weight itself: the kernels read a row-major [N, K] in whole lines as it is, so a copy would cost memory and time and bring nothing. It follows
    /// its weight when that changes.
    /// </summary>
    public override Tensor TakePacked(Arena arena, string name, Tensor weight)
    {
        RequireMatrix(weight, weight.Layout == TensorLayout.RowMajor, "a row-major weight", nameof(TakePacked));
        return new Tensor(weight.Address, weight.Type, weight.Rows, weight.Columns, weight.Stride, TensorLayout.Packed);
    }

    /// <summary>Nothing to do; throws for another weight than <see cref="TakePacked"/> was called with.</summary>
    public override void PackWeight(Tensor packed, Tensor weight)
    {
        CheckPackWeight(packed, weight);
        if (packed.Address != weight.Address || packed.Stride != weight.Stride) ThrowShape(weight, nameof(PackWeight), "the weight that the packed one was taken for");
    }

    private void LaunchFloat(int aBf16, int bBf16, in MatMulArgs args)
    {
        int tile = args.M <= MatMulKernels.FewRows ? MatMulKernels.FewRows : MatMulKernels.SmallTile;
        Launch(MatMulKernels.Float.With(aBf16, bBf16, tile), new LaunchShape(Tiles(args, tile, MatMulKernels.SmallTile), 1, 1, 256), args);
    }

    private void LaunchRows(in MatMulArgs args)
    {
        // Narrower blocks where wide ones would leave multiprocessors without any.
        int columns = Blocks(args.N, MatMulKernels.RowsColumns) < _context.Device.Multiprocessors ? MatMulKernels.RowsFewColumns : MatMulKernels.RowsColumns;
        Launch(MatMulKernels.Rows.With(columns), new LaunchShape(Blocks(args.N, columns), 1, 1, MatMulKernels.RowsThreads(columns), MatMulKernels.RowsShared(columns)), args);
    }

    private void LaunchTiles(bool transposeA, bool transposeB, bool aligned, in MatMulArgs args)
    {
        // The large tile halves the traffic of the second-level cache, once there are enough of them to go round.
        bool isLarge = aligned && !(transposeA && transposeB) && args.M > MatMulKernels.SmallTile && args.N > MatMulKernels.SmallTile
            && Tiles(args, MatMulKernels.LargeTile, MatMulKernels.LargeTile) >= _context.Device.Multiprocessors;
        int tile = isLarge ? MatMulKernels.LargeTile : MatMulKernels.SmallTile;
        Launch(MatMulKernels.Tiles.With(transposeA ? 1 : 0, transposeB ? 1 : 0, aligned ? 1 : 0, tile),
            new LaunchShape(Tiles(args, tile, tile), 1, 1, MatMulKernels.TilesThreads(tile), MatMulKernels.TilesShared(tile)), args);
    }

    private static int Tiles(in MatMulArgs args, int rows, int columns) => checked(Blocks(args.M, rows) * Blocks(args.N, columns));
}
