using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>AdamW (<see cref="AdamWArithmetic"/>) with moments in 8 bits. An item is a block of elements with one scale.</summary>
internal readonly unsafe struct AdamW8BitKernel(Tensor weights, Tensor master, Tensor gradients, Tensor mCodes, Tensor vCodes, Tensor mScales, Tensor vScales, AdamWArithmetic arithmetic)
    : IRangeKernel
{
    private const int Block = ComputeBackend.MomentBlock;

    // The reciprocal of a subnormal scale would be infinite; such moments are 0.
    private const float SmallestScale = 1.17549435e-38f;

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        float* m = stackalloc float[Block], v = stackalloc float[Block];
        for (long block = start; block < end; block++)
        {
            long first = block * Block;
            int count = (int)Math.Min(Block, weights.Count - first);
            byte* mAt = (byte*)mCodes.Address + first, vAt = (byte*)vCodes.Address + first;
            Decode(m, mAt, DynamicMap.Signed, mScales.Floats()[block], count);
            Decode(v, vAt, DynamicMap.Unsigned, vScales.Floats()[block], count);
            int i = 0;
            for (; count - i >= 16; i += 16) At<TLanes>(first, i, m, v, 16);
            if (i < count) At<TLanes>(first, i, m, v, count - i);
            float mScale = 0, vScale = 0;
            for (i = 0; i < count; i++) (mScale, vScale) = (MathF.Max(mScale, MathF.Abs(m[i])), MathF.Max(vScale, MathF.Abs(v[i])));
            (mScales.Floats()[block], vScales.Floats()[block]) = (mScale, vScale);
            float mUnit = mScale >= SmallestScale ? 1 / mScale : 0, vUnit = vScale >= SmallestScale ? 1 / vScale : 0;
            for (i = 0; i < count; i++)
            {
                mAt[i] = (byte)DynamicMap.Signed.EncodeSigned(m[i] * mUnit);
                vAt[i] = (byte)DynamicMap.Unsigned.EncodeUnsigned(v[i] * vUnit, v[i] > 0);
            }
        }
    }

    private static void Decode(float* to, byte* codes, DynamicMap map, float scale, int count)
    {
        float[] values = map.Values;
        for (int i = 0; i < count; i++) to[i] = values[codes[i]] * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void At<TLanes>(long first, int i, float* m, float* v, int count) where TLanes : struct, ILanes<TLanes>
    {
        float* masterAt = master.Floats() + first + i;
        TLanes w = LaneMemory.Load<TLanes>(masterAt, count), mLanes = LaneMemory.Load<TLanes>(m + i, count), vLanes = LaneMemory.Load<TLanes>(v + i, count);
        arithmetic.Apply(LaneMemory.Load<TLanes>(gradients.Floats() + first + i, count), ref w, ref mLanes, ref vLanes);
        LaneMemory.Store(mLanes, m + i, count);
        LaneMemory.Store(vLanes, v + i, count);
        LaneMemory.Store(w, masterAt, count);
        if (weights.Type == DType.BFloat16) LaneMemory.StoreBf16(w, (ushort*)weights.Address + first + i, count);
    }
}
