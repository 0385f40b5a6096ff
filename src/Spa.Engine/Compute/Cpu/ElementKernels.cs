using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

internal readonly unsafe struct ZeroKernel(ElementPlan plan, Tensor destination) : IRangeKernel
{
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        for (long row = start; row < end; row++)
            Unsafe.InitBlockUnaligned(plan.Row(destination, row), 0, (uint)(plan.Length(row) * destination.Type.Size()));
    }
}

/// <summary>Copies, widens or narrows.</summary>
internal readonly unsafe struct CopyKernel(ElementPlan plan, Tensor destination, Tensor source) : IRangeKernel
{
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        for (long row = start; row < end; row++)
        {
            void* to = plan.Row(destination, row), from = plan.Row(source, row);
            int n = plan.Length(row);
            if (destination.Type == source.Type) Unsafe.CopyBlockUnaligned(to, from, (uint)(n * source.Type.Size()));
            else if (source.Type == DType.BFloat16) Widen<TLanes>((float*)to, (ushort*)from, n);
            else Narrow<TLanes>((ushort*)to, (float*)from, n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private static void Widen<TLanes>(float* to, ushort* from, int n) where TLanes : struct, ILanes<TLanes>
    {
        int i = 0;
        for (; n - i >= 16; i += 16) TLanes.Store(TLanes.LoadBf16(from + i), to + i);
        if (i < n) LaneMemory.Store(LaneMemory.LoadBf16<TLanes>(from + i, n - i), to + i, n - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private static void Narrow<TLanes>(ushort* to, float* from, int n) where TLanes : struct, ILanes<TLanes>
    {
        int i = 0;
        for (; n - i >= 16; i += 16) TLanes.StoreBf16(TLanes.Load(from + i), to + i);
        if (i < n) LaneMemory.StoreBf16(LaneMemory.Load<TLanes>(from + i, n - i), to + i, n - i);
    }
}

internal readonly unsafe struct AddKernel(ElementPlan plan, Tensor destination, Tensor source) : IRangeKernel
{
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        for (long row = start; row < end; row++) LaneRows.Add<TLanes>((float*)plan.Row(destination, row), (float*)plan.Row(source, row), 1, plan.Length(row));
    }
}
