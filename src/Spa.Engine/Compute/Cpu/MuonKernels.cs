using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>m += (1 - momentum)(g - m); output = g + momentum (m - g), with g the clipped gradient. An item is a block.</summary>
internal readonly unsafe struct MuonMomentumKernel(Tensor output, Tensor m, Tensor gradients, float clip, double momentum) : IRangeKernel
{
    /// <summary>Elements of an item, here and below.</summary>
    public const int Block = 1024;

    private readonly float _momentum = (float)momentum;
    private readonly float _rate = (float)(1 - momentum);

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        long i = start * Block, last = Math.Min(m.Count, end * Block);
        for (; last - i >= 16; i += 16) At<TLanes>(i, 16);
        if (i < last) At<TLanes>(i, (int)(last - i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void At<TLanes>(long i, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes g = LaneMemory.Load<TLanes>(gradients.Floats() + i, count) * TLanes.Broadcast(clip), mean = LaneMemory.Load<TLanes>(m.Floats() + i, count);
        mean = TLanes.MultiplyAdd(g - mean, TLanes.Broadcast(_rate), mean);
        LaneMemory.Store(mean, m.Floats() + i, count);
        LaneMemory.Store(TLanes.MultiplyAdd(mean - g, TLanes.Broadcast(_momentum), g), output.Floats() + i, count);
    }
}

/// <summary>output = divisor's quotient of input, element by element. An item is a block.</summary>
internal readonly unsafe struct DivideKernel(Tensor output, Tensor input, float divisor) : IRangeKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        long i = start * MuonMomentumKernel.Block, last = Math.Min(input.Count, end * MuonMomentumKernel.Block);
        for (; last - i >= 16; i += 16) At<TLanes>(i, 16);
        if (i < last) At<TLanes>(i, (int)(last - i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void At<TLanes>(long i, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes quotient = LaneMemory.Load<TLanes>(input.Floats() + i, count) / TLanes.Broadcast(divisor);
        if (output.Type == DType.BFloat16) LaneMemory.StoreBf16(quotient, (ushort*)output.Address + i, count);
        else LaneMemory.Store(quotient, output.Floats() + i, count);
    }
}

/// <summary>output = a x + b y. An item is a block.</summary>
internal readonly unsafe struct CombineKernel(Tensor output, float a, Tensor x, float b, Tensor y) : IRangeKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        long i = start * MuonMomentumKernel.Block, last = Math.Min(output.Count, end * MuonMomentumKernel.Block);
        for (; last - i >= 16; i += 16) At<TLanes>(i, 16);
        if (i < last) At<TLanes>(i, (int)(last - i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void At<TLanes>(long i, int count) where TLanes : struct, ILanes<TLanes>
    {
        if (output.Type == DType.BFloat16)
        {
            TLanes sum = Sum(LaneMemory.LoadBf16<TLanes>((ushort*)x.Address + i, count), LaneMemory.LoadBf16<TLanes>((ushort*)y.Address + i, count));
            LaneMemory.StoreBf16(sum, (ushort*)output.Address + i, count);
        }
        else
        {
            LaneMemory.Store(Sum(LaneMemory.Load<TLanes>(x.Floats() + i, count), LaneMemory.Load<TLanes>(y.Floats() + i, count)), output.Floats() + i, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TLanes Sum<TLanes>(TLanes left, TLanes right) where TLanes : struct, ILanes<TLanes> => TLanes.MultiplyAdd(left, TLanes.Broadcast(a), right * TLanes.Broadcast(b));
}

/// <summary>w = keep w - rate update. An item is a block.</summary>
internal readonly unsafe struct MuonUpdateKernel(Tensor weights, Tensor master, Tensor update, float keep, float rate) : IRangeKernel
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        long i = start * MuonMomentumKernel.Block, last = Math.Min(weights.Count, end * MuonMomentumKernel.Block);
        for (; last - i >= 16; i += 16) At<TLanes>(i, 16);
        if (i < last) At<TLanes>(i, (int)(last - i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void At<TLanes>(long i, int count) where TLanes : struct, ILanes<TLanes>
    {
        TLanes step = update.Type == DType.BFloat16 ? LaneMemory.LoadBf16<TLanes>((ushort*)update.Address + i, count) : LaneMemory.Load<TLanes>(update.Floats() + i, count);
        TLanes w = TLanes.MultiplyAdd(step, TLanes.Broadcast(-rate), LaneMemory.Load<TLanes>(master.Floats() + i, count) * TLanes.Broadcast(keep));
        LaneMemory.Store(w, master.Floats() + i, count);
        if (weights.Type == DType.BFloat16) LaneMemory.StoreBf16(w, (ushort*)weights.Address + i, count);
    }
}
