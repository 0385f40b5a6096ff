using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>AdamW (<see cref="AdamWArithmetic"/>) with everything but the gradients in bfloat16, rounded stochastically. An item is a block.</summary>
internal readonly unsafe struct AdamWBf16Kernel(Tensor weights, Tensor gradients, Tensor m, Tensor v, AdamWArithmetic arithmetic, ulong seed, long first, int step) : IRangeKernel
{
    /// <summary>Elements of an item.</summary>
    public const int Block = 1024;

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        long i = start * Block, last = Math.Min(weights.Count, end * Block);
        for (; last - i >= 16; i += 16) At<TLanes>(i, 16);
        if (i < last) At<TLanes>(i, (int)(last - i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining), SkipLocalsInit]
    private void At<TLanes>(long i, int count) where TLanes : struct, ILanes<TLanes>
    {
        float* values = stackalloc float[3 * 16];
        ushort* wAt = (ushort*)weights.Address + i, mAt = (ushort*)m.Address + i, vAt = (ushort*)v.Address + i;
        TLanes w = LaneMemory.LoadBf16<TLanes>(wAt, count), mLanes = LaneMemory.LoadBf16<TLanes>(mAt, count), vLanes = LaneMemory.LoadBf16<TLanes>(vAt, count);
        arithmetic.Apply(LaneMemory.Load<TLanes>(gradients.Floats() + i, count), ref w, ref mLanes, ref vLanes);
        TLanes.Store(w, values);
        TLanes.Store(mLanes, values + 16);
        TLanes.Store(vLanes, values + 32);
        for (int j = 0; j < count; j += 2)
        {
            // One draw of 128 bits for a pair: x and y hold both halves for weight and m of one element each, z those for v.
            ulong pair = (ulong)(first + i + j) / 2;
            (uint x, uint y, uint z, _) = Philox.Next(seed, (uint)pair, (uint)(pair >> 32), (uint)step, 0);
            Round(j, x, z);
            if (j + 1 < count) Round(j + 1, y, z >> 16);
        }

        void Round(int j, uint word, uint vWord)
        {
            wAt[j] = RoundStochastically(values[j], word & 0xFFFF);
            mAt[j] = RoundStochastically(values[16 + j], word >> 16);
            vAt[j] = RoundStochastically(values[32 + j], vWord & 0xFFFF);
        }
    }

    // 16 random bits are added below the kept half. Infinities and NaN keep their kind: adding to them could change it.
    private static ushort RoundStochastically(float value, uint random) =>
        float.IsFinite(value) ? (ushort)((BitConverter.SingleToUInt32Bits(value) + random) >> 16) : Bf16.FromSingle(value);
}
