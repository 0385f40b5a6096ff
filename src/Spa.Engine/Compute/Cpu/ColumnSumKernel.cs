using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>sums [1, C] adds the rows of x [T, C] in order. An item is sixteen columns.</summary>
internal readonly unsafe struct ColumnSumKernel(Tensor sums, Tensor x) : IRangeKernel
{
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int column = (int)start * 16, n = (int)Math.Min(x.Columns, end * 16) - column;
        float* sum = sums.Row(0) + column;
        long row = 0;
        for (; x.Rows - row >= 4; row += 4) LaneRows.AddFour<TLanes>(sum, x.Row(row) + column, x.Stride, n);
        for (; row < x.Rows; row++) LaneRows.Add<TLanes>(sum, x.Row(row) + column, 1, n);
    }
}
