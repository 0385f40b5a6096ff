using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// The register tiles: rows x vectors of c stay in registers while k runs. They are written out because an array of vectors would live in memory.
/// Optimised at once, not after thirty calls: until then a vector operation would be a call.
/// </summary>
internal static unsafe partial class AttentionProduct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6x4<TLanes, TElement>(in AttentionFactors<TElement> factors, int depth, bool accumulate)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        float* c = factors.C, a = factors.A;
        TElement* b = factors.B;
        nint cStride = factors.CStride, rowStep = factors.RowStep, step = factors.Step, bStride = factors.BStride;
        TLanes zero = TLanes.Broadcast(0);
        TLanes c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        TLanes c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        TLanes c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        TLanes c30 = zero, c31 = zero, c32 = zero, c33 = zero;
        TLanes c40 = zero, c41 = zero, c42 = zero, c43 = zero;
        TLanes c50 = zero, c51 = zero, c52 = zero, c53 = zero;
        if (accumulate)
        {
            c00 = TLanes.Load(c); c01 = TLanes.Load(c + 16); c02 = TLanes.Load(c + 32); c03 = TLanes.Load(c + 48);
            c10 = TLanes.Load(c + cStride); c11 = TLanes.Load(c + cStride + 16); c12 = TLanes.Load(c + cStride + 32); c13 = TLanes.Load(c + cStride + 48);
            c20 = TLanes.Load(c + 2 * cStride); c21 = TLanes.Load(c + 2 * cStride + 16); c22 = TLanes.Load(c + 2 * cStride + 32); c23 = TLanes.Load(c + 2 * cStride + 48);
            c30 = TLanes.Load(c + 3 * cStride); c31 = TLanes.Load(c + 3 * cStride + 16); c32 = TLanes.Load(c + 3 * cStride + 32); c33 = TLanes.Load(c + 3 * cStride + 48);
            c40 = TLanes.Load(c + 4 * cStride); c41 = TLanes.Load(c + 4 * cStride + 16); c42 = TLanes.Load(c + 4 * cStride + 32); c43 = TLanes.Load(c + 4 * cStride + 48);
            c50 = TLanes.Load(c + 5 * cStride); c51 = TLanes.Load(c + 5 * cStride + 16); c52 = TLanes.Load(c + 5 * cStride + 32); c53 = TLanes.Load(c + 5 * cStride + 48);
        }
        for (int k = 0; k < depth; k++, a += step, b += bStride)
        {
            TLanes b0 = Load<TLanes, TElement>(b), b1 = Load<TLanes, TElement>(b + 16), b2 = Load<TLanes, TElement>(b + 32), b3 = Load<TLanes, TElement>(b + 48);
            TLanes x = TLanes.Broadcast(a[0]);
            c00 = TLanes.MultiplyAdd(x, b0, c00); c01 = TLanes.MultiplyAdd(x, b1, c01);
            c02 = TLanes.MultiplyAdd(x, b2, c02); c03 = TLanes.MultiplyAdd(x, b3, c03);
            x = TLanes.Broadcast(a[rowStep]);
            c10 = TLanes.MultiplyAdd(x, b0, c10); c11 = TLanes.MultiplyAdd(x, b1, c11);
            c12 = TLanes.MultiplyAdd(x, b2, c12); c13 = TLanes.MultiplyAdd(x, b3, c13);
            x = TLanes.Broadcast(a[2 * rowStep]);
            c20 = TLanes.MultiplyAdd(x, b0, c20); c21 = TLanes.MultiplyAdd(x, b1, c21);
            c22 = TLanes.MultiplyAdd(x, b2, c22); c23 = TLanes.MultiplyAdd(x, b3, c23);
            x = TLanes.Broadcast(a[3 * rowStep]);
            c30 = TLanes.MultiplyAdd(x, b0, c30); c31 = TLanes.MultiplyAdd(x, b1, c31);
            c32 = TLanes.MultiplyAdd(x, b2, c32); c33 = TLanes.MultiplyAdd(x, b3, c33);
            x = TLanes.Broadcast(a[4 * rowStep]);
            c40 = TLanes.MultiplyAdd(x, b0, c40); c41 = TLanes.MultiplyAdd(x, b1, c41);
            c42 = TLanes.MultiplyAdd(x, b2, c42); c43 = TLanes.MultiplyAdd(x, b3, c43);
            x = TLanes.Broadcast(a[5 * rowStep]);
            c50 = TLanes.MultiplyAdd(x, b0, c50); c51 = TLanes.MultiplyAdd(x, b1, c51);
            c52 = TLanes.MultiplyAdd(x, b2, c52); c53 = TLanes.MultiplyAdd(x, b3, c53);
        }
        TLanes.Store(c00, c); TLanes.Store(c01, c + 16); TLanes.Store(c02, c + 32); TLanes.Store(c03, c + 48);
        TLanes.Store(c10, c + cStride); TLanes.Store(c11, c + cStride + 16); TLanes.Store(c12, c + cStride + 32); TLanes.Store(c13, c + cStride + 48);
        TLanes.Store(c20, c + 2 * cStride); TLanes.Store(c21, c + 2 * cStride + 16); TLanes.Store(c22, c + 2 * cStride + 32); TLanes.Store(c23, c + 2 * cStride + 48);
        TLanes.Store(c30, c + 3 * cStride); TLanes.Store(c31, c + 3 * cStride + 16); TLanes.Store(c32, c + 3 * cStride + 32); TLanes.Store(c33, c + 3 * cStride + 48);
        TLanes.Store(c40, c + 4 * cStride); TLanes.Store(c41, c + 4 * cStride + 16); TLanes.Store(c42, c + 4 * cStride + 32); TLanes.Store(c43, c + 4 * cStride + 48);
        TLanes.Store(c50, c + 5 * cStride); TLanes.Store(c51, c + 5 * cStride + 16); TLanes.Store(c52, c + 5 * cStride + 32); TLanes.Store(c53, c + 5 * cStride + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile3x4<TLanes, TElement>(in AttentionFactors<TElement> factors, int depth, bool accumulate)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        float* c = factors.C, a = factors.A;
        TElement* b = factors.B;
        nint cStride = factors.CStride, rowStep = factors.RowStep, step = factors.Step, bStride = factors.BStride, ahead = factors.Ahead;
        TLanes zero = TLanes.Broadcast(0);
        TLanes c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        TLanes c10 = zero, c11 = zero, c12 = zero, c13 = zero;
        TLanes c20 = zero, c21 = zero, c22 = zero, c23 = zero;
        if (accumulate)
        {
            c00 = TLanes.Load(c); c01 = TLanes.Load(c + 16); c02 = TLanes.Load(c + 32); c03 = TLanes.Load(c + 48);
            c10 = TLanes.Load(c + cStride); c11 = TLanes.Load(c + cStride + 16); c12 = TLanes.Load(c + cStride + 32); c13 = TLanes.Load(c + cStride + 48);
            c20 = TLanes.Load(c + 2 * cStride); c21 = TLanes.Load(c + 2 * cStride + 16); c22 = TLanes.Load(c + 2 * cStride + 32); c23 = TLanes.Load(c + 2 * cStride + 48);
        }
        for (int k = 0; k < depth; k++, a += step, b += bStride)
        {
            if (ahead != 0) Fetch(b + ahead);
            TLanes b0 = Load<TLanes, TElement>(b), b1 = Load<TLanes, TElement>(b + 16), b2 = Load<TLanes, TElement>(b + 32), b3 = Load<TLanes, TElement>(b + 48);
            TLanes x = TLanes.Broadcast(a[0]);
            c00 = TLanes.MultiplyAdd(x, b0, c00); c01 = TLanes.MultiplyAdd(x, b1, c01);
            c02 = TLanes.MultiplyAdd(x, b2, c02); c03 = TLanes.MultiplyAdd(x, b3, c03);
            x = TLanes.Broadcast(a[rowStep]);
            c10 = TLanes.MultiplyAdd(x, b0, c10); c11 = TLanes.MultiplyAdd(x, b1, c11);
            c12 = TLanes.MultiplyAdd(x, b2, c12); c13 = TLanes.MultiplyAdd(x, b3, c13);
            x = TLanes.Broadcast(a[2 * rowStep]);
            c20 = TLanes.MultiplyAdd(x, b0, c20); c21 = TLanes.MultiplyAdd(x, b1, c21);
            c22 = TLanes.MultiplyAdd(x, b2, c22); c23 = TLanes.MultiplyAdd(x, b3, c23);
        }
        TLanes.Store(c00, c); TLanes.Store(c01, c + 16); TLanes.Store(c02, c + 32); TLanes.Store(c03, c + 48);
        TLanes.Store(c10, c + cStride); TLanes.Store(c11, c + cStride + 16); TLanes.Store(c12, c + cStride + 32); TLanes.Store(c13, c + cStride + 48);
        TLanes.Store(c20, c + 2 * cStride); TLanes.Store(c21, c + 2 * cStride + 16); TLanes.Store(c22, c + 2 * cStride + 32); TLanes.Store(c23, c + 2 * cStride + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x4<TLanes, TElement>(in AttentionFactors<TElement> factors, int depth, bool accumulate)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        float* c = factors.C, a = factors.A;
        TElement* b = factors.B;
        nint step = factors.Step, bStride = factors.BStride, ahead = factors.Ahead;
        TLanes zero = TLanes.Broadcast(0);
        TLanes c00 = zero, c01 = zero, c02 = zero, c03 = zero;
        if (accumulate)
        {
            c00 = TLanes.Load(c); c01 = TLanes.Load(c + 16); c02 = TLanes.Load(c + 32); c03 = TLanes.Load(c + 48);
        }
        for (int k = 0; k < depth; k++, a += step, b += bStride)
        {
            if (ahead != 0) Fetch(b + ahead);
            TLanes b0 = Load<TLanes, TElement>(b), b1 = Load<TLanes, TElement>(b + 16), b2 = Load<TLanes, TElement>(b + 32), b3 = Load<TLanes, TElement>(b + 48);
            TLanes x = TLanes.Broadcast(a[0]);
            c00 = TLanes.MultiplyAdd(x, b0, c00); c01 = TLanes.MultiplyAdd(x, b1, c01);
            c02 = TLanes.MultiplyAdd(x, b2, c02); c03 = TLanes.MultiplyAdd(x, b3, c03);
        }
        TLanes.Store(c00, c); TLanes.Store(c01, c + 16); TLanes.Store(c02, c + 32); TLanes.Store(c03, c + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6x1<TLanes, TElement>(in AttentionFactors<TElement> factors, int depth, bool accumulate)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        float* c = factors.C, a = factors.A;
        TElement* b = factors.B;
        nint cStride = factors.CStride, rowStep = factors.RowStep, step = factors.Step, bStride = factors.BStride;
        TLanes zero = TLanes.Broadcast(0);
        TLanes c0 = zero;
        TLanes c1 = zero;
        TLanes c2 = zero;
        TLanes c3 = zero;
        TLanes c4 = zero;
        TLanes c5 = zero;
        if (accumulate)
        {
            c0 = TLanes.Load(c);
            c1 = TLanes.Load(c + cStride);
            c2 = TLanes.Load(c + 2 * cStride);
            c3 = TLanes.Load(c + 3 * cStride);
            c4 = TLanes.Load(c + 4 * cStride);
            c5 = TLanes.Load(c + 5 * cStride);
        }
        for (int k = 0; k < depth; k++, a += step, b += bStride)
        {
            TLanes column = Load<TLanes, TElement>(b);
            c0 = TLanes.MultiplyAdd(TLanes.Broadcast(a[0]), column, c0);
            c1 = TLanes.MultiplyAdd(TLanes.Broadcast(a[rowStep]), column, c1);
            c2 = TLanes.MultiplyAdd(TLanes.Broadcast(a[2 * rowStep]), column, c2);
            c3 = TLanes.MultiplyAdd(TLanes.Broadcast(a[3 * rowStep]), column, c3);
            c4 = TLanes.MultiplyAdd(TLanes.Broadcast(a[4 * rowStep]), column, c4);
            c5 = TLanes.MultiplyAdd(TLanes.Broadcast(a[5 * rowStep]), column, c5);
        }
        TLanes.Store(c0, c);
        TLanes.Store(c1, c + cStride);
        TLanes.Store(c2, c + 2 * cStride);
        TLanes.Store(c3, c + 3 * cStride);
        TLanes.Store(c4, c + 4 * cStride);
        TLanes.Store(c5, c + 5 * cStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile3x1<TLanes, TElement>(in AttentionFactors<TElement> factors, int depth, bool accumulate)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        float* c = factors.C, a = factors.A;
        TElement* b = factors.B;
        nint cStride = factors.CStride, rowStep = factors.RowStep, step = factors.Step, bStride = factors.BStride;
        TLanes zero = TLanes.Broadcast(0);
        TLanes c0 = zero;
        TLanes c1 = zero;
        TLanes c2 = zero;
        if (accumulate)
        {
            c0 = TLanes.Load(c);
            c1 = TLanes.Load(c + cStride);
            c2 = TLanes.Load(c + 2 * cStride);
        }
        for (int k = 0; k < depth; k++, a += step, b += bStride)
        {
            TLanes column = Load<TLanes, TElement>(b);
            c0 = TLanes.MultiplyAdd(TLanes.Broadcast(a[0]), column, c0);
            c1 = TLanes.MultiplyAdd(TLanes.Broadcast(a[rowStep]), column, c1);
            c2 = TLanes.MultiplyAdd(TLanes.Broadcast(a[2 * rowStep]), column, c2);
        }
        TLanes.Store(c0, c);
        TLanes.Store(c1, c + cStride);
        TLanes.Store(c2, c + 2 * cStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x1<TLanes, TElement>(in AttentionFactors<TElement> factors, int depth, bool accumulate)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        float* c = factors.C, a = factors.A;
        TElement* b = factors.B;
        nint step = factors.Step, bStride = factors.BStride;
        TLanes zero = TLanes.Broadcast(0);
        TLanes c0 = zero;
        if (accumulate)
        {
            c0 = TLanes.Load(c);
        }
        for (int k = 0; k < depth; k++, a += step, b += bStride)
        {
            TLanes column = Load<TLanes, TElement>(b);
            c0 = TLanes.MultiplyAdd(TLanes.Broadcast(a[0]), column, c0);
        }
        TLanes.Store(c0, c);
    }

    /// <summary>Sixteen elements as float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Load<TLanes, TElement>(TElement* source)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged =>
        typeof(TElement) == typeof(ushort) ? TLanes.LoadBf16((ushort*)source) : TLanes.Load((float*)source);

    /// <summary>Starts reading 64 elements into the caches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch<TElement>(TElement* start) where TElement : unmanaged
    {
        if (!Sse.IsSupported) return;
        Sse.Prefetch1(start);
        Sse.Prefetch1((byte*)start + 64);
        if (sizeof(TElement) < sizeof(float)) return;
        Sse.Prefetch1((byte*)start + 128);
        Sse.Prefetch1((byte*)start + 192);
    }
}
