using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>output[T, F] = act(gate) * up. An item is a row.</summary>
internal readonly unsafe struct GluForwardKernel<TActivation>(Tensor output, Tensor gateUp) : IRangeKernel where TActivation : struct, IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int n = output.Columns;
        for (long row = start; row < end; row++)
        {
            float* y = output.Row(row), gate = gateUp.Row(row), up = gate + n;
            int i = 0;
            for (; n - i >= 16; i += 16) TLanes.Store(TActivation.Value(TLanes.Load(gate + i)) * TLanes.Load(up + i), y + i);
            if (i < n) LaneMemory.Store(TActivation.Value(LaneMemory.Load<TLanes>(gate + i, n - i)) * LaneMemory.Load<TLanes>(up + i, n - i), y + i, n - i);
        }
    }
}

/// <summary>
/// dgate = dout * up * act'(gate), dup = dout * act(gate), and act(gate) * up once more where asked. Everything is loaded before anything
/// is stored, so the outputs may lie on the inputs. An item is a row.
/// </summary>
internal readonly unsafe struct GluBackwardKernel<TActivation>(Tensor dgateUp, Tensor dout, Tensor gateUp, Tensor output) : IRangeKernel where TActivation : struct, IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        int n = dout.Columns;
        for (long row = start; row < end; row++)
        {
            float* dgate = dgateUp.Row(row), gate = gateUp.Row(row), dy = dout.Row(row), y = output.IsAbsent ? null : output.Row(row);
            int i = 0;
            for (; n - i >= 16; i += 16) At<TLanes>(dgate, gate, dy, y, n, i, 16);
            if (i < n) At<TLanes>(dgate, gate, dy, y, n, i, n - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void At<TLanes>(float* dgate, float* gate, float* dy, float* y, int n, int i, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes d = LaneMemory.Load<TLanes>(dy + i, count), up = LaneMemory.Load<TLanes>(gate + n + i, count);
        TLanes value = TActivation.ValueAndSlope(LaneMemory.Load<TLanes>(gate + i, count), out TLanes slope);
        LaneMemory.Store(d * up * slope, dgate + i, count);
        LaneMemory.Store(d * value, dgate + n + i, count);
        if (y != null) LaneMemory.Store(value * up, y + i, count);
    }
}
