using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>output = residual + x * rstd * w by groups. An item is a row.</summary>
internal readonly unsafe struct RmsNormForwardKernel(Tensor output, Tensor rstd, Tensor input, Tensor weight, float epsilon, bool unitOffset, Tensor residual) : IRangeKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int width = weight.Columns, groups = input.Columns / width;
        for (long row = start; row < end; row++)
        {
            for (int group = 0; group < groups; group++)
            {
                float* x = input.Row(row) + group * width;
                float scale = 1 / MathF.Sqrt(LaneReduce.SumOfSquares<TLanes>(x, width) / width + epsilon);
                if (!rstd.IsAbsent) rstd.Row(row)[group] = scale;
                Group<TLanes>(output.Row(row) + group * width, x, residual.IsAbsent ? null : residual.Row(row) + group * width, scale);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private void Group<TLanes>(float* y, float* x, float* skip, float scale) where TLanes : struct, ILanes<TLanes>
    {
        LaneSource w = new(weight, 0);
        TLanes r = TLanes.Broadcast(scale), offset = TLanes.Broadcast(unitOffset ? 1 : 0);
        int n = weight.Columns, i = 0;
        for (; n - i >= 16; i += 16) At(y, x, skip, w, r, offset, i, 16);
        if (i < n) At(y, x, skip, w, r, offset, i, n - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void At<TLanes>(float* y, float* x, float* skip, in LaneSource w, TLanes r, TLanes offset, int i, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes value = LaneMemory.Load<TLanes>(x + i, count) * r * (w.Load<TLanes>(i, count) + offset);
        if (skip != null) value += LaneMemory.Load<TLanes>(skip + i, count);
        LaneMemory.Store(value, y + i, count);
    }
}

/// <summary>dweight += dout * x * rstd over rows, and the groups of a row, in order. An item is sixteen columns of the weight.</summary>
internal readonly unsafe struct RmsNormWeightKernel(Tensor dweight, Tensor dout, Tensor input, Tensor rstd) : IRangeKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int width = dweight.Columns, groups = input.Columns / width;
        int column = (int)start * 16, n = (int)Math.Min(width, end * 16) - column;
        float* sum = dweight.Row(0) + column;
        for (long row = 0; row < input.Rows; row++)
        {
            for (int group = 0; group < groups; group++)
            {
                int first = group * width + column;
                NormWeight.Add<TLanes>(sum, dout.Row(row) + first, input.Row(row) + first, 0, rstd.Row(row)[group], n);
            }
        }
    }
}

/// <summary>dx = rstd * (g - xhat * mean(g * xhat)) with g = dout * w, xhat = x * rstd. An item is a row.</summary>
internal readonly unsafe struct RmsNormBackwardKernel(Tensor dinput, Tensor dout, Tensor input, Tensor weight, Tensor rstd, bool unitOffset, bool accumulate) : IRangeKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int width = weight.Columns, groups = input.Columns / width;
        for (long row = start; row < end; row++)
        {
            for (int group = 0; group < groups; group++)
            {
                float* dy = dout.Row(row) + group * width, x = input.Row(row) + group * width;
                Group<TLanes>(dinput.Row(row) + group * width, dy, x, rstd.Row(row)[group]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private void Group<TLanes>(float* dx, float* dy, float* x, float scale) where TLanes : struct, ILanes<TLanes>
    {
        LaneSource w = new(weight, 0);
        TLanes offset = TLanes.Broadcast(unitOffset ? 1 : 0), dot = TLanes.Broadcast(0);
        int n = weight.Columns, i = 0;
        for (; n - i >= 16; i += 16) dot = Dot(dot, dy, x, w, offset, i, 16);
        if (i < n) dot = Dot(dot, dy, x, w, offset, i, n - i);

        TLanes r = TLanes.Broadcast(scale), c = TLanes.Broadcast(-(TLanes.Sum(dot) / n * scale * scale * scale));
        for (i = 0; n - i >= 16; i += 16) Store(dx, dy, x, w, offset, r, c, i, 16);
        if (i < n) Store(dx, dy, x, w, offset, r, c, i, n - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Dot<TLanes>(TLanes sum, float* dy, float* x, in LaneSource w, TLanes offset, int i, int count) where TLanes : struct, ILanes<TLanes> =>
        TLanes.MultiplyAdd(LaneMemory.Load<TLanes>(dy + i, count) * (w.Load<TLanes>(i, count) + offset), LaneMemory.Load<TLanes>(x + i, count), sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Store<TLanes>(float* dx, float* dy, float* x, in LaneSource w, TLanes offset, TLanes r, TLanes c, int i, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes g = LaneMemory.Load<TLanes>(dy + i, count) * (w.Load<TLanes>(i, count) + offset);
        TLanes value = TLanes.MultiplyAdd(c, LaneMemory.Load<TLanes>(x + i, count), g * r);
        if (accumulate) value += LaneMemory.Load<TLanes>(dx + i, count);
        LaneMemory.Store(value, dx + i, count);
    }
}
