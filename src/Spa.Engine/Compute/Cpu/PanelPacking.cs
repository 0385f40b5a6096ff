using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// Copies a slice of a matrix into a panel, the order in which the kernels read: element (k, lane) at [k * stride + lane], lanes from the slice's
/// count up to the stride zero. The slice lies either lane-major (a lane's elements side by side: rows of X in X W^T, rows of W) or
/// depth-major (all lanes of one k side by side: transposed X, or W in dY W).
/// </summary>
internal static unsafe class PanelPacking
{
    /// <summary>Lanes of a panel of the right operand, and rows of W in a panel of <see cref="TensorLayout.Packed"/>.</summary>
    public const int Width = 32;

    /// <summary>Depth of one call of <see cref="FromDepth"/> when several panels are packed from the same rows.</summary>
    public const int DepthStep = 16;

    private const int Block = 8;

    private const int CacheLine = 64;

    /// <summary>panel[k, lane] = source[lane * leading + k]. stride: 1 (then lanes = 1) or a multiple of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromLanes<TSource, TTarget>(TSource* source, nint leading, int lanes, nint depth, TTarget* panel, nint stride)
        where TSource : unmanaged where TTarget : unmanaged
    {
        nint k = 0;
        if (stride >= Block && Avx.IsSupported)
        {
            for (; k + Block <= depth; k += Block)
            {
                for (int lane = 0; lane < stride; lane += Block)
                    Transpose(source + lane * leading + k, leading, lanes - lane, panel + k * stride + lane, stride);
            }
        }
        for (; k < depth; k++)
        {
            for (int lane = 0; lane < lanes; lane++) PanelElement.Copy(source + lane * leading + k, panel + k * stride + lane);
            new Span<TTarget>(panel + k * stride + lanes, (int)stride - lanes).Clear();
        }
    }

    /// <summary>
    /// panel[k, lane] = source[k * leading + lane]. Rows of the source are often a page apart, where hardware prefetch does not follow: callers go through all panels
    /// for <see cref="DepthStep"/> rows at a time, and each call fetches the rows of the next.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromDepth<TSource, TTarget>(TSource* source, nint leading, int lanes, nint depth, TTarget* panel, nint stride)
        where TSource : unmanaged where TTarget : unmanaged
    {
        for (nint k = 0; k < depth; k++, source += leading, panel += stride)
        {
            int lane = 0;
            if (Sse.IsSupported)
            {
                for (int line = 0; line < lanes; line += CacheLine / sizeof(TSource)) Sse.Prefetch0(source + DepthStep * leading + line);
            }
            if (lanes < stride) new Span<TTarget>(panel, (int)stride).Clear();
            for (; lane + Block <= lanes; lane += Block) PanelElement.Store8(PanelElement.Load8(source + lane), panel + lane);
            // The rest again as whole vectors where there are eight lanes at all: the overlap is written twice with the same values.
            if (lane < lanes && lanes >= Block) PanelElement.Store8(PanelElement.Load8(source + lanes - Block), panel + lanes - Block);
            else for (; lane < lanes; lane++) PanelElement.Copy(source + lane, panel + lane);
        }
    }

    // Eight lanes by eight k. Rows are loaded as two quads so that the exchange of halves, the costliest step, happens in the loads.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose<TSource, TTarget>(TSource* source, nint leading, int lanes, TTarget* panel, nint stride)
        where TSource : unmanaged where TTarget : unmanaged
    {
        for (int half = 0; half < Block; half += 4, source += 4, panel += 4 * stride)
        {
            Vector256<float> a = Quads(source, leading, lanes), b = Quads(source + leading, leading, lanes - 1);
            Vector256<float> c = Quads(source + 2 * leading, leading, lanes - 2), d = Quads(source + 3 * leading, leading, lanes - 3);
            Vector256<float> ab = Avx.UnpackLow(a, b), cd = Avx.UnpackLow(c, d);
            PanelElement.Store8(Avx.Shuffle(ab, cd, 0x44), panel);
            PanelElement.Store8(Avx.Shuffle(ab, cd, 0xEE), panel + stride);
            ab = Avx.UnpackHigh(a, b);
            cd = Avx.UnpackHigh(c, d);
            PanelElement.Store8(Avx.Shuffle(ab, cd, 0x44), panel + 2 * stride);
            PanelElement.Store8(Avx.Shuffle(ab, cd, 0xEE), panel + 3 * stride);
        }
    }

    /// <summary>Four k of this lane and of the lane four below; zero where the slice has no such lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Quads<T>(T* source, nint leading, int lanes) where T : unmanaged
    {
        if (lanes > 4) return Vector256.Create(PanelElement.Load4(source), PanelElement.Load4(source + 4 * leading));
        return lanes > 0 ? Vector256.Create(PanelElement.Load4(source), Vector128<float>.Zero) : Vector256<float>.Zero;
    }
}
