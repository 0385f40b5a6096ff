using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>output = factor * input * scale + bias + residual, every step rounded. An item is a row.</summary>
internal readonly unsafe struct ScaleKernel(Tensor output, Tensor input, float factor, Tensor scale, Tensor bias, Tensor residual) : IRangeKernel
{
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        float* s = scale.IsAbsent ? null : scale.Row(0), b = bias.IsAbsent ? null : bias.Row(0);
        for (long row = start; row < end; row++) Row<TLanes>(output.Row(row), input.Row(row), factor, s, b, residual.IsAbsent ? null : residual.Row(row), input.Columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private static void Row<TLanes>(float* y, float* x, float factor, float* scale, float* bias, float* residual, int n) where TLanes : struct, ILanes<TLanes>
    {
        TLanes f = TLanes.Broadcast(factor);
        int i = 0;
        for (; n - i >= 16; i += 16) At(y + i, x + i, f, Part(scale, i), Part(bias, i), Part(residual, i), 16);
        if (i < n) At(y + i, x + i, f, Part(scale, i), Part(bias, i), Part(residual, i), n - i);
    }

    private static float* Part(float* row, int i) => row == null ? null : row + i;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void At<TLanes>(float* y, float* x, TLanes factor, float* scale, float* bias, float* residual, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = factor * LaneMemory.Load<TLanes>(x, count);
        if (scale != null) v *= LaneMemory.Load<TLanes>(scale, count);
        if (bias != null) v += LaneMemory.Load<TLanes>(bias, count);
        if (residual != null) v += LaneMemory.Load<TLanes>(residual, count);
        LaneMemory.Store(v, y, count);
    }
}

/// <summary>dscale [1, C] adds the rows of dout * input in order. An item is sixteen columns.</summary>
internal readonly unsafe struct ScaleBackwardKernel(Tensor dscale, Tensor dout, Tensor input) : IRangeKernel
{
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        for (long item = start; item < end; item++)
        {
            int column = (int)item * 16, n = Math.Min(16, input.Columns - column);
            TLanes sum = LaneMemory.Load<TLanes>(dscale.Row(0) + column, n);
            for (long row = 0; row < input.Rows; row++)
                sum = TLanes.MultiplyAdd(LaneMemory.Load<TLanes>(dout.Row(row) + column, n), LaneMemory.Load<TLanes>(input.Row(row) + column, n), sum);
            LaneMemory.Store(sum, dscale.Row(0) + column, n);
        }
    }
}

/// <summary>output = (output +) input * mask. An item is a row.</summary>
internal readonly unsafe struct DropoutKernel(Tensor output, Tensor input, Tensor keys, DropoutMask mask, bool accumulate) : IRangeKernel
{
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        uint threshold = mask.Threshold;
        float scale = mask.Scale;
        uint* words = stackalloc uint[4];
        for (long row = start; row < end; row++)
        {
            float* y = output.Row(row), x = input.Row(row);
            uint* key = (uint*)keys.Address + 2 * row;
            for (int column = 0; column < input.Columns; column += 4)
            {
                (words[0], words[1], words[2], words[3]) = Philox.Next(mask.Seed, key[0], key[1], (uint)column / 4, mask.Stream);
                for (int i = 0; i < 4 && column + i < input.Columns; i++)
                {
                    float kept = words[i] >= threshold ? scale * x[column + i] : 0;
                    y[column + i] = accumulate ? y[column + i] + kept : kept;
                }
            }
        }
    }
}
