using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    // A part of 16K elements takes 5 us or more; handing a part to a thread that spins costs below 1 us, waking one that sleeps about 5.
    private const int DefaultGrain = 16 * 1024;

    // Rows are cut finer than the threads, so that one slow thread does not keep the others waiting; columns are not (see SplitColumns).
    private const int PartsPerThread = 4;

    /// <summary>Elements that are worth a part of their own; less is done on the caller's thread. Changes no result; tests set 1.</summary>
    internal long Grain { get; init; } = DefaultGrain;

    /// <summary>Runs a kernel over independent items, each of about <paramref name="elementsPerItem"/> elements of streaming work.</summary>
    private void Split<TKernel>(in TKernel kernel, long items, long elementsPerItem, int partsPerThread = PartsPerThread) where TKernel : struct, IRangeKernel
    {
        switch (_simd)
        {
            case SimdLevel.Vector512:
                Split<TKernel, Lanes512>(kernel, items, elementsPerItem, partsPerThread);
                break;
            case SimdLevel.Vector256:
                Split<TKernel, Lanes256>(kernel, items, elementsPerItem, partsPerThread);
                break;
            default:
                Split<TKernel, Lanes128>(kernel, items, elementsPerItem, partsPerThread);
                break;
        }
    }

    /// <summary>
    /// Runs a reduction over rows. An item is sixteen columns, and each thread gets one wide range of them, because it walks all rows and
    /// reads a piece of each.
    /// </summary>
    private void SplitColumns<TKernel>(in TKernel kernel, int columns, long rows) where TKernel : struct, IRangeKernel =>
        Split(kernel, ((long)columns + 15) / 16, 16 * rows, partsPerThread: 1);

    private void Split<TKernel, TLanes>(in TKernel kernel, long items, long elementsPerItem, int partsPerThread)
        where TKernel : struct, IRangeKernel
        where TLanes : struct, ILanes<TLanes>
    {
        if (items <= 0) return;
        long parts = Math.Min((long)_pool.Threads * partsPerThread, items);
        long perPart = Math.Max((items + parts - 1) / parts, Grain / Math.Max(1, elementsPerItem));
        parts = (items + perPart - 1) / perPart;
        if (parts == 1 || _pool.Threads == 1) kernel.Run<TLanes>(0, items);
        else _pool.Run(new RangeJob<TKernel, TLanes>(kernel, items, perPart), (int)parts);
    }

    private readonly struct RangeJob<TKernel, TLanes>(TKernel kernel, long items, long perPart) : IJob
        where TKernel : struct, IRangeKernel
        where TLanes : struct, ILanes<TLanes>
    {
        private readonly TKernel _kernel = kernel;

        public void Execute(int index) => _kernel.Run<TLanes>(index * perPart, Math.Min(items, (index + 1) * perPart));
    }
}
