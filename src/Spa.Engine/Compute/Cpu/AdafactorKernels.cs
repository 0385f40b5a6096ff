using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>rows[r] = decay rows[r] + (1 - decay)(square mean over columns of the clipped gradient + epsilon). An item is a row.</summary>
internal readonly unsafe struct AdafactorRowsKernel(Tensor gradients, Tensor rows, double clipSquare, double decay) : IRangeKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        double* lanes = stackalloc double[16];
        int n = gradients.Columns;
        for (long row = start; row < end; row++)
        {
            new Span<double>(lanes, 16).Clear();
            float* g = gradients.Row(row);
            int i = 0;
            for (; n - i >= 16; i += 16) TLanes.AddSquares(g + i, lanes);
            for (; i < n; i++) lanes[i & 15] += (double)g[i] * g[i];
            double sum = 0;
            for (int lane = 0; lane < 16; lane++) sum += lanes[lane];
            rows.Floats()[row] = (float)(decay * rows.Floats()[row] + (1 - decay) * (sum * clipSquare / n + AdafactorStep.Epsilon));
        }
    }
}

/// <summary>
/// columns[c] as <see cref="AdafactorRowsKernel"/> over rows, in order; factors[c] = 1 / sqrt(columns[c]). An item is sixteen columns.
/// </summary>
internal readonly unsafe struct AdafactorColumnsKernel(Tensor gradients, Tensor columns, float* factors, double clipSquare, double decay) : IRangeKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        double* sums = stackalloc double[16];
        for (long item = start; item < end; item++)
        {
            int first = (int)item * 16, count = Math.Min(16, gradients.Columns - first);
            new Span<double>(sums, 16).Clear();
            float* g = gradients.Floats() + first;
            for (long row = 0; row < gradients.Rows; row++, g += gradients.Stride)
            {
                if (count == 16) TLanes.AddSquares(g, sums);
                else for (int i = 0; i < count; i++) sums[i] += (double)g[i] * g[i];
            }

            for (int i = 0; i < count; i++)
            {
                double value = decay * columns.Floats()[first + i] + (1 - decay) * (sums[i] * clipSquare / gradients.Rows + AdafactorStep.Epsilon);
                columns.Floats()[first + i] = (float)value;
                factors[first + i] = (float)(1 / Math.Sqrt((float)value));
            }
        }
    }
}

/// <summary>squares[r] = the sum over columns of u^2, u = clip g sqrt(mean / rows) factors; without rows the root is 1. An item is a row.</summary>
internal readonly unsafe struct AdafactorSquaresKernel(Tensor gradients, Tensor rows, float* factors, double* squares, double mean, float clip) : IRangeKernel
{
    /// <summary>What a row's gradients are multiplied by, beside the columns' factors.</summary>
    public static float RowFactor(Tensor rows, long row, double mean, float clip) => (float)(clip * (rows.IsAbsent ? 1 : Math.Sqrt(mean / rows.Floats()[row])));

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        float* u = stackalloc float[16];
        double* lanes = stackalloc double[16];
        int n = gradients.Columns;
        for (long row = start; row < end; row++)
        {
            new Span<double>(lanes, 16).Clear();
            float* g = gradients.Row(row);
            TLanes factor = TLanes.Broadcast(RowFactor(rows, row, mean, clip));
            for (int i = 0; i < n; i += 16)
            {
                int count = Math.Min(16, n - i);
                TLanes.Store(LaneMemory.Load<TLanes>(g + i, count) * factor * LaneMemory.Load<TLanes>(factors + i, count), u);
                TLanes.AddSquares(u, lanes);
            }

            double sum = 0;
            for (int lane = 0; lane < 16; lane++) sum += lanes[lane];
            squares[row] = sum;
        }
    }
}

/// <summary>w = keep w + stepSize u, u as in <see cref="AdafactorSquaresKernel"/>. An item is a row.</summary>
internal readonly unsafe struct AdafactorUpdateKernel(Tensor weights, Tensor master, Tensor gradients, Tensor rows, float* factors, double mean, float clip, float keep, float stepSize)
    : IRangeKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int n = gradients.Columns;
        for (long row = start; row < end; row++)
        {
            float* g = gradients.Row(row), w = master.Floats() + row * n;
            TLanes factor = TLanes.Broadcast(AdafactorSquaresKernel.RowFactor(rows, row, mean, clip));
            for (int i = 0; i < n; i += 16)
            {
                int count = Math.Min(16, n - i);
                TLanes u = LaneMemory.Load<TLanes>(g + i, count) * factor * LaneMemory.Load<TLanes>(factors + i, count);
                TLanes updated = TLanes.MultiplyAdd(u, TLanes.Broadcast(stepSize), LaneMemory.Load<TLanes>(w + i, count) * TLanes.Broadcast(keep));
                LaneMemory.Store(updated, w + i, count);
                if (weights.Type == DType.BFloat16) LaneMemory.StoreBf16(updated, (ushort*)weights.Address + row * n + i, count);
            }
        }
    }
}
