using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>sums[b] = sum of squares of block b of x, in double: the square of a float32 is exact and cannot overflow. An item is a block.</summary>
internal readonly unsafe struct SquareSumKernel(Tensor x, double* sums) : IRangeKernel
{
    /// <summary>Elements of a block: fixed, so that the order of addition does not depend on the threads.</summary>
    public const int Block = 64 * 1024;

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        // Two sets of sixteen sums: an addition into memory takes longer than the next load.
        double* lanes = stackalloc double[32];
        for (long block = start; block < end; block++)
        {
            new Span<double>(lanes, 32).Clear();
            float* at = x.Floats() + block * Block;
            int n = (int)Math.Min(Block, x.Count - block * Block), i = 0;
            for (; n - i >= 32; i += 32)
            {
                TLanes.AddSquares(at + i, lanes);
                TLanes.AddSquares(at + i + 16, lanes + 16);
            }
            for (; i < n; i++) lanes[i & 31] += (double)at[i] * at[i];
            double sum = 0;
            for (int lane = 0; lane < 32; lane++) sum += lanes[lane];
            sums[block] = sum;
        }
    }
}
