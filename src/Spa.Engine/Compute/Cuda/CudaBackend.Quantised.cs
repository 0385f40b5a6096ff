using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    /// <summary>
    /// output = the values of stored weights, as the format's float32 formula rounds them, then to the output's type. Rows lie one behind the other; rows of quantised
    /// types are whole blocks of 32.
    /// </summary>
    /// <param name="output">[R, C] float32 or bfloat16.</param>
    /// <param name="stored">Address of the stored bytes on the device, on an even address.</param>
    /// <param name="kind">What the bytes are.</param>
    public void Dequantise(Tensor output, nint stored, StoredBlocks kind)
    {
        RequireActivation(output, output.Type, output.Rows, output.Columns);
        if (!Enum.IsDefined(kind)) throw new ArgumentOutOfRangeException(nameof(kind), kind, $"{nameof(Dequantise)}: no such type");
        Require(kind is StoredBlocks.F16 or StoredBlocks.BF16 || output.Columns % 32 == 0, output, expected: "whole blocks of 32");
        if (stored % 2 != 0) throw new ArgumentException($"{nameof(Dequantise)}: expected an even address, found {stored:x}");
        const int Chunk = 8;
        ElementGrid grid = Grid(output.Rows, output.Columns, Chunk);
        Launch(QuantisedKernels.DequantiseForward.With((int)kind, Bf16(output), Vector(Chunk, output)), grid.Shape, new DequantiseForwardArgs
        {
            Output = output.Address,
            Blocks = stored,
            Rows = output.Rows,
            Columns = output.Columns,
            OutputStride = output.Stride,
            Shift = grid.Shift,
        });
    }

    /// <inheritdoc/>
    public override void DequantiseWeight(Tensor output, in QuantisedWeight weight, long firstRow = 0)
    {
        CheckDequantiseWeight(output, weight, firstRow);
        const int Chunk = 8;
        ElementGrid grid = Grid(output.Rows, output.Columns, Chunk);
        // Chunks of whole words: every row begins on one.
        int vector = output.Columns % Chunk == 0 ? Vector(Chunk, output) : 0;
        Launch(QuantisedKernels.DequantiseWeightForward.With(weight.Is4Bit ? 1 : 0, weight.IsNested ? 1 : 0, Bf16(output), vector), grid.Shape, new DequantiseWeightArgs
        {
            Output = output.Address,
            Codes = weight.CodesAt,
            Scales = weight.ScalesAt,
            Nested = weight.NestedAt,
            Tables = weight.Tables,
            Rows = output.Rows,
            Columns = output.Columns,
            FirstRow = firstRow,
            NestedScales = weight.NestedScales,
            OutputStride = output.Stride,
            Shift = grid.Shift,
        });
    }
}
