namespace Spa.Engine.Compute.Cuda;

/// <summary>How an elementwise kernel (<c>native/kernels/common/elements.cuh</c>) covers rows of chunks.</summary>
/// <param name="Shape">Blocks of 256 threads.</param>
/// <param name="Shift">A block covers 2^Shift neighbouring chunks of 256 >> Shift rows.</param>
internal readonly record struct ElementGrid(LaunchShape Shape, int Shift)
{
    private const int Threads = 256;

    // Eight chunks are 128 bytes, a whole line of the cache.
    private const int SmallestShift = 3;

    /// <summary>The widest block that leaves at most an eighth of its threads without a chunk, or else the one that leaves fewest.</summary>
    /// <param name="rows">Rows; a block takes more than one round of them where there are more than the grid may have.</param>
    /// <param name="chunks">Chunks of a row.</param>
    public static ElementGrid Of(long rows, long chunks)
    {
        int best = 8;
        for (int shift = 8; shift >= SmallestShift; shift--)
        {
            if (Idle(chunks, shift) < Idle(chunks, best)) best = shift;
            if (Idle(chunks, best) * 8 <= Covered(chunks, best)) break;
        }

        while (best > 0 && chunks <= 1 << (best - 1)) best--;
        int down = Threads >> best;
        return new ElementGrid(new LaunchShape(checked((int)(Covered(chunks, best) >> best)), (int)Math.Min(65535, (rows + down - 1) / down), 1, Threads), best);
    }

    private static long Covered(long chunks, int shift) => ((chunks - 1) >> shift) + 1 << shift;

    private static long Idle(long chunks, int shift) => Covered(chunks, shift) - chunks;
}
