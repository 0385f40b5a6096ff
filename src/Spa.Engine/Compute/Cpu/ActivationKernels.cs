using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

internal readonly unsafe struct ActivationForwardKernel<TActivation>(Tensor output, Tensor input) : IRangeKernel where TActivation : struct, IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int n = input.Columns;
        for (long row = start; row < end; row++)
        {
            float* y = output.Row(row), x = input.Row(row);
            int i = 0;
            for (; n - i >= 16; i += 16) TLanes.Store(TActivation.Value(TLanes.Load(x + i)), y + i);
            if (i < n) LaneMemory.Store(TActivation.Value(LaneMemory.Load<TLanes>(x + i, n - i)), y + i, n - i);
        }
    }
}

internal readonly unsafe struct ActivationBackwardKernel<TActivation>(Tensor dinput, Tensor dout, Tensor input) : IRangeKernel where TActivation : struct, IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int n = input.Columns;
        for (long row = start; row < end; row++)
        {
            float* dx = dinput.Row(row), dy = dout.Row(row), x = input.Row(row);
            int i = 0;
            for (; n - i >= 16; i += 16) At<TLanes>(dx + i, dy + i, x + i, 16);
            if (i < n) At<TLanes>(dx + i, dy + i, x + i, n - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void At<TLanes>(float* dx, float* dy, float* x, int count) where TLanes : struct, ILanes<TLanes>
    {
        TActivation.ValueAndSlope(LaneMemory.Load<TLanes>(x, count), out TLanes slope);
        LaneMemory.Store(LaneMemory.Load<TLanes>(dy, count) * slope, dx, count);
    }
}
