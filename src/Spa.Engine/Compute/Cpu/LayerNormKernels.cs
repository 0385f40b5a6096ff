using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>output = residual + (x - mean) * rstd * weight + bias; the variance is taken around the mean, in a second pass over the row. An item is a row.</summary>
internal readonly unsafe struct LayerNormForwardKernel(Tensor output, Tensor statistics, Tensor input, Tensor weight, Tensor bias, float epsilon, Tensor residual) : IRangeKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int n = input.Columns;
        for (long row = start; row < end; row++)
        {
            float* x = input.Row(row);
            float mean = LaneReduce.Sum<TLanes>(x, n) / n;
            float rstd = 1 / MathF.Sqrt(LaneReduce.SumOfSquares<TLanes>(x, n, mean) / n + epsilon);
            if (!statistics.IsAbsent) (statistics.Row(row)[0], statistics.Row(row)[1]) = (mean, rstd);
            Row<TLanes>(output.Row(row), x, residual.IsAbsent ? null : residual.Row(row), mean, rstd);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private void Row<TLanes>(float* y, float* x, float* skip, float mean, float rstd) where TLanes : struct, ILanes<TLanes>
    {
        LaneSource w = new(weight, 0), b = new(bias, 0);
        TLanes m = TLanes.Broadcast(mean), r = TLanes.Broadcast(rstd);
        int n = input.Columns, i = 0;
        for (; n - i >= 16; i += 16) At(y, x, skip, w, b, m, r, i, 16);
        if (i < n) At(y, x, skip, w, b, m, r, i, n - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void At<TLanes>(float* y, float* x, float* skip, in LaneSource w, in LaneSource b, TLanes m, TLanes r, int i, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes value = TLanes.MultiplyAdd((LaneMemory.Load<TLanes>(x + i, count) - m) * r, w.Load<TLanes>(i, count), b.Load<TLanes>(i, count));
        if (skip != null) value += LaneMemory.Load<TLanes>(skip + i, count);
        LaneMemory.Store(value, y + i, count);
    }
}

/// <summary>dweight += dout * (x - mean) * rstd over rows in order. An item is sixteen columns.</summary>
internal readonly unsafe struct LayerNormWeightKernel(Tensor dweight, Tensor dout, Tensor input, Tensor statistics) : IRangeKernel
{
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int column = (int)start * 16, n = (int)Math.Min(input.Columns, end * 16) - column;
        for (long row = 0; row < input.Rows; row++)
            NormWeight.Add<TLanes>(dweight.Row(0) + column, dout.Row(row) + column, input.Row(row) + column, statistics.Row(row)[0], statistics.Row(row)[1], n);
    }
}

/// <summary>dx = rstd * (g - mean(g) - xhat * mean(g * xhat)) with g = dout * w, xhat = (x - mean) * rstd. An item is a row.</summary>
internal readonly unsafe struct LayerNormBackwardKernel(Tensor dinput, Tensor dout, Tensor input, Tensor weight, Tensor statistics, bool accumulate) : IRangeKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        for (long row = start; row < end; row++) Row<TLanes>(dinput.Row(row), dout.Row(row), input.Row(row), statistics.Row(row)[0], statistics.Row(row)[1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private void Row<TLanes>(float* dx, float* dy, float* x, float mean, float rstd) where TLanes : struct, ILanes<TLanes>
    {
        LaneSource w = new(weight, 0);
        TLanes m = TLanes.Broadcast(mean), r = TLanes.Broadcast(rstd), sum = TLanes.Broadcast(0), dot = sum;
        int n = input.Columns, i = 0;
        for (; n - i >= 16; i += 16)
        {
            TLanes g = TLanes.Load(dy + i) * w.Load<TLanes>(i, 16);
            sum += g;
            dot = TLanes.MultiplyAdd(g, (TLanes.Load(x + i) - m) * r, dot);
        }
        if (i < n)
        {
            TLanes g = LaneMemory.Load<TLanes>(dy + i, n - i) * w.Load<TLanes>(i, n - i);
            sum += g;
            dot = TLanes.MultiplyAdd(g, (LaneMemory.Load<TLanes>(x + i, n - i) - m) * r, dot);
        }

        TLanes meanOfG = TLanes.Broadcast(TLanes.Sum(sum) / n), c = TLanes.Broadcast(-(TLanes.Sum(dot) / n));
        for (i = 0; n - i >= 16; i += 16) Store(dx, dy, x, w, m, r, meanOfG, c, i, 16);
        if (i < n) Store(dx, dy, x, w, m, r, meanOfG, c, i, n - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store<TLanes>(float* dx, float* dy, float* x, in LaneSource w, TLanes m, TLanes r, TLanes meanOfG, TLanes c, int i, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes g = LaneMemory.Load<TLanes>(dy + i, count) * w.Load<TLanes>(i, count) - meanOfG;
        TLanes value = TLanes.MultiplyAdd(c, (LaneMemory.Load<TLanes>(x + i, count) - m) * r, g) * r;
        if (accumulate) value += LaneMemory.Load<TLanes>(dx + i, count);
        LaneMemory.Store(value, dx + i, count);
    }
}
