namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void Rotary(Tensor x, Tensor positions, Tensor table, int headDim, bool interleaved, bool inverse)
    {
        RequireFloat(x, x.Rows, x.Columns);
        RequireFloat(table, table.Rows, table.Columns);
        RequireVector(positions, DType.Int32, x.Rows);
        Require(headDim > 0 && x.Columns % headDim == 0, x);
        Require(table.Columns % 2 == 0 && table.Columns <= headDim, table);
        int* position = positions.Ints();
        for (long row = 0; row < x.Rows; row++)
        {
            if ((ulong)position[row] >= (ulong)table.Rows)
                throw new SpaException($"position {position[row]} at row {row} of the batch is outside the rotary table of {table.Rows:N0} positions; use shorter sequences or a model with a longer context");
        }
        if (interleaved) Split(new RotaryInterleavedKernel(x, positions, table, headDim, inverse), x.Rows, x.Columns);
        else Split(new RotaryHalvesKernel(x, positions, table, headDim, inverse), x.Rows, x.Columns);
    }
}
