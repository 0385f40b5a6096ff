using System.Runtime.CompilerServices;

namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    // A norm's backward reads dout and the input twice: once by columns for the weight's gradient, once by rows for the input's. Blocks of
    // rows of this many elements per thread (512 KB of both tensors) are still in its second-level cache, or a neighbour's, the second
    // time, so memory is read once.
    private const int NormBlockElements = 64 * 1024;

    public override void RmsNormForward(Tensor output, Tensor rstd, Tensor input, Tensor weight, float epsilon, bool unitOffset, Tensor residual = default)
    {
        int groups = CheckNorm(output, input, weight);
        if (!rstd.IsAbsent) RequireFloat(rstd, input.Rows, groups);
        if (!residual.IsAbsent) RequireFloat(residual, input.Rows, input.Columns);
        Split(new RmsNormForwardKernel(output, rstd, input, weight, epsilon, unitOffset, residual), input.Rows, input.Columns);
    }

    public override void RmsNormBackward(Tensor dinput, Tensor dweight, Tensor dout, Tensor input, Tensor weight, Tensor rstd, bool unitOffset, bool accumulate)
    {
        int groups = CheckNorm(dinput, input, weight);
        RequireFloat(dout, input.Rows, input.Columns);
        RequireFloat(rstd, input.Rows, groups);
        if (!dweight.IsAbsent) RequireFloat(dweight, 1, weight.Columns);
        long block = NormBlockRows(input.Columns);
        for (long row = 0; row < input.Rows; row += block)
        {
            long count = Math.Min(block, input.Rows - row);
            Tensor dy = dout.RowRange(row, count), x = input.RowRange(row, count), r = rstd.RowRange(row, count);
            // Before the input's gradient, which may overwrite dout.
            if (!dweight.IsAbsent) SplitColumns(new RmsNormWeightKernel(dweight, dy, x, r), weight.Columns, count * groups);
            Split(new RmsNormBackwardKernel(dinput.RowRange(row, count), dy, x, weight, r, unitOffset, accumulate), count, input.Columns);
        }
    }

    public override void LayerNormForward(Tensor output, Tensor statistics, Tensor input, Tensor weight, Tensor bias, float epsilon, Tensor residual = default)
    {
        Require(CheckNorm(output, input, weight) == 1, weight, expected: "weight of the input's width");
        RequireWeight(bias, 1, input.Columns);
        if (!statistics.IsAbsent) RequireFloat(statistics, input.Rows, 2);
        if (!residual.IsAbsent) RequireFloat(residual, input.Rows, input.Columns);
        Split(new LayerNormForwardKernel(output, statistics, input, weight, bias, epsilon, residual), input.Rows, input.Columns);
    }

    public override void LayerNormBackward(Tensor dinput, Tensor dweight, Tensor dbias, Tensor dout, Tensor input, Tensor weight, Tensor statistics, bool accumulate)
    {
        Require(CheckNorm(dinput, input, weight) == 1, weight, expected: "weight of the input's width");
        RequireFloat(dout, input.Rows, input.Columns);
        RequireFloat(statistics, input.Rows, 2);
        if (!dweight.IsAbsent) RequireFloat(dweight, 1, input.Columns);
        if (!dbias.IsAbsent) RequireFloat(dbias, 1, input.Columns);
        long block = NormBlockRows(input.Columns);
        for (long row = 0; row < input.Rows; row += block)
        {
            long count = Math.Min(block, input.Rows - row);
            Tensor dy = dout.RowRange(row, count), x = input.RowRange(row, count), s = statistics.RowRange(row, count);
            if (!dbias.IsAbsent) SplitColumns(new ColumnSumKernel(dbias, dy), input.Columns, count);
            if (!dweight.IsAbsent) SplitColumns(new LayerNormWeightKernel(dweight, dy, x, s), input.Columns, count);
            Split(new LayerNormBackwardKernel(dinput.RowRange(row, count), dy, x, weight, s, accumulate), count, input.Columns);
        }
    }

    private long NormBlockRows(int columns) => Math.Max(1, (long)NormBlockElements * _pool.Threads / Math.Max(1, columns));

    /// <summary>Groups of a row: how often the weight fits into it.</summary>
    private static int CheckNorm(Tensor output, Tensor input, Tensor weight, [CallerMemberName] string op = "")
    {
        RequireFloat(input, input.Rows, output.Columns, op: op);
        RequireFloat(output, input.Rows, input.Columns, op: op);
        RequireWeight(weight, 1, weight.Columns, op: op);
        Require(weight.Columns > 0 && input.Columns % weight.Columns == 0, weight, op, "weight whose width divides the input's");
        return input.Columns / weight.Columns;
    }
}
