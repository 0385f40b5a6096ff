using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// Softmax attention of a tile of query rows with a running maximum. For a row and a block of keys it sees: s = scale q.k (a chain of
/// fused multiply-adds over d), soft cap, m' = max(m, max s), p = e^(s - m'), l = l e^(m - m') + sum p, acc = acc e^(m - m') + p v (a chain
/// over the keys). In the end output = acc / l and lse = m + ln l. Keys that a row does not see take no part in any of it.
/// </summary>
internal static unsafe class AttentionKernel
{
    private const int Keys = AttentionTile.Keys;

    /// <summary>Leaves output rows in <see cref="AttentionTile.Sum"/> and lse in <see cref="AttentionTile.Lse"/>; Q and Position are given.</summary>
    public static void Forward<TLanes, TElement, TKeys>(in AttentionTile tile, int rows, TKeys source, AttentionShape shape)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
        where TKeys : struct, IKeyBlocks<TElement>
    {
        new Span<float>(tile.Sum, rows * tile.Padded).Clear();
        new Span<float>(tile.Max, rows).Fill(float.NegativeInfinity);
        new Span<float>(tile.Total, rows).Clear();
        int end = tile.Position[rows - 1] + 1;
        for (int block = FirstBlock(tile, shape.Window); block * Keys < end; block++)
        {
            int count = Math.Min(Keys, end - block * Keys);
            AttentionBlock<TElement> keys = source.Load(tile, block, count);
            (int first, int last) = tile.Bound(rows, block * Keys, count, shape.Window);
            Products<TLanes, TElement>(tile.Scores, tile.Q, keys.Keys, tile, first, last, keys.AfterKeys);
            Softmax<TLanes>(tile, first, last, shape.Scale, shape.SoftCap);
            var weighted = new AttentionFactors<TElement>
            {
                C = tile.Sum,
                CStride = tile.Padded,
                A = tile.Scores,
                RowStep = Keys,
                Step = 1,
                B = keys.Values,
                BStride = keys.ValueStride,
                Ahead = keys.AfterValues,
            };
            AttentionProduct.MultiplyRanges<TLanes, TElement>(weighted.FromRow(first), last - first, tile.From + first, tile.To + first, tile.Vectors);
        }
        Finish<TLanes>(tile, rows);
    }

    /// <summary>The first block that any row of the tile sees.</summary>
    public static int FirstBlock(in AttentionTile tile, int window) => window > 0 ? Math.Max(0, tile.Position[0] - window + 1) / Keys : 0;

    /// <summary>destination[r, j] = rows[r] . columns[:, j] for rows [first, end), in those vectors of keys that the rows see.</summary>
    public static void Products<TLanes, TElement>(float* destination, float* rows, TElement* columns, in AttentionTile tile, int first, int end, nint ahead = 0)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged
    {
        var factors = new AttentionFactors<TElement>
        {
            C = destination,
            CStride = Keys,
            A = rows,
            RowStep = tile.Padded,
            Step = 1,
            B = columns,
            BStride = Keys,
            Ahead = ahead,
        };
        for (int r = first, count; r < end; r += count)
        {
            int from = tile.From[r] / 16, to = (tile.To[r] + 15) / 16;
            // Rows with the same vectors go together, at least as many as a register tile has.
            for (count = 1; r + count < end; count++)
            {
                int next = (tile.To[r + count] + 15) / 16;
                if (count >= AttentionProduct.TileRows && (next != to || tile.From[r + count] / 16 != from)) break;
                to = next;
            }
            AttentionProduct.Multiply<TLanes, TElement>(factors.FromRow(r).FromVector(from), count, tile.HeadDim, to - from, false);
        }
    }

    /// <summary>a . b: sixteen partial sums and their tree, then the elements behind the last whole vector one by one.</summary>
    public static float Dot<TLanes>(float* a, float* b, int count) where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes sums = TLanes.Broadcast(0);
        int i = 0;
        for (; i + 16 <= count; i += 16) sums = TLanes.MultiplyAdd(TLanes.Load(a + i), TLanes.Load(b + i), sums);
        float sum = TLanes.Sum(sums);
        for (; i < count; i++) sum = MathF.FusedMultiplyAdd(a[i], b[i], sum);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax<TLanes>(in AttentionTile tile, int first, int end, float scale, float softCap) where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int r = first; r < end; r++)
        {
            float* scores = tile.Scores + r * Keys;
            TLanes s0 = Score<TLanes>(scores, scale, softCap), s1 = Score<TLanes>(scores + 16, scale, softCap);
            TLanes s2 = Score<TLanes>(scores + 32, scale, softCap), s3 = Score<TLanes>(scores + 48, scale, softCap);
            if (tile.From[r] > 0 || tile.To[r] < Keys)
            {
                TLanes from = TLanes.Broadcast(tile.From[r]), to = TLanes.Broadcast(tile.To[r]);
                s0 = Mask(s0, tile.Ramp, from, to);
                s1 = Mask(s1, tile.Ramp + 16, from, to);
                s2 = Mask(s2, tile.Ramp + 32, from, to);
                s3 = Mask(s3, tile.Ramp + 48, from, to);
            }
            float old = tile.Max[r], largest = TLanes.MaxAll(TLanes.Max(TLanes.Max(s0, s1), TLanes.Max(s2, s3)));
            largest = old > largest ? old : largest;
            TLanes maximum = TLanes.Broadcast(largest);
            s0 = LaneMath.ExpNotPositive(s0 - maximum);
            s1 = LaneMath.ExpNotPositive(s1 - maximum);
            s2 = LaneMath.ExpNotPositive(s2 - maximum);
            s3 = LaneMath.ExpNotPositive(s3 - maximum);
            TLanes.Store(s0, scores);
            TLanes.Store(s1, scores + 16);
            TLanes.Store(s2, scores + 32);
            TLanes.Store(s3, scores + 48);
            float sum = TLanes.Sum((s0 + s1) + (s2 + s3));
            // The factor is exactly 1 where the maximum stands, so leaving the multiplication out changes no bit.
            tile.Total[r] = old == largest ? tile.Total[r] + sum : tile.Total[r] * Rescale<TLanes>(tile, r, old - largest) + sum;
            tile.Max[r] = largest;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Score<TLanes>(float* product, float scale, float softCap) where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes score = TLanes.Load(product) * TLanes.Broadcast(scale);
        return softCap > 0 ? Cap(score, softCap) : score;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TLanes Cap<TLanes>(TLanes score, float softCap) where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes cap = TLanes.Broadcast(softCap);
        return cap * LaneMath.Tanh(score / cap);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Mask<TLanes>(TLanes score, float* index, TLanes from, TLanes to) where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes i = TLanes.Load(index), none = TLanes.Broadcast(float.NegativeInfinity);
        return TLanes.SelectLess(i, from, none, TLanes.SelectLess(i, to, score, none));
    }

    /// <summary>Multiplies a row's sum by e^<paramref name="difference"/> and returns that factor.</summary>
    private static float Rescale<TLanes>(in AttentionTile tile, int row, float difference) where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes factor = LaneMath.ExpNotPositive(TLanes.Broadcast(difference));
        float* sum = tile.Sum + row * tile.Padded;
        for (int n = 0; n < tile.Padded; n += 16) TLanes.Store(TLanes.Load(sum + n) * factor, sum + n);
        return TLanes.MaxAll(factor);
    }

    private static void Finish<TLanes>(in AttentionTile tile, int rows) where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int r = 0; r < rows; r++)
        {
            TLanes total = TLanes.Broadcast(tile.Total[r]);
            float* sum = tile.Sum + r * tile.Padded;
            for (int n = 0; n < tile.Padded; n += 16) TLanes.Store(TLanes.Load(sum + n) / total, sum + n);
            tile.Lse[r] = tile.Max[r] + MathF.Log(tile.Total[r]);
        }
    }

    /// <summary>
    /// Scores become p = e^(s - lse), Dscores (which hold dout.v) the gradient of q.k: p (dout.v - delta) scale, times 1 - (s / cap)^2 where capped.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradients<TLanes>(in AttentionTile tile, int first, int end, float scale, float softCap) where TLanes : unmanaged, ILanes<TLanes>
    {
        TLanes one = TLanes.Broadcast(1), cap = TLanes.Broadcast(softCap), factor = TLanes.Broadcast(scale);
        for (int r = first; r < end; r++)
        {
            TLanes lse = TLanes.Broadcast(tile.Lse[r]), delta = TLanes.Broadcast(tile.Delta[r]);
            float* scores = tile.Scores + r * Keys, dscores = tile.Dscores + r * Keys;
            for (int n = tile.From[r] / 16 * 16; n < tile.To[r]; n += 16)
            {
                TLanes score = Score<TLanes>(scores + n, scale, softCap);
                TLanes p = LaneMath.ExpNotPositive(score - lse);
                TLanes gradient = p * (TLanes.Load(dscores + n) - delta) * factor;
                if (softCap > 0)
                {
                    TLanes t = score / cap;
                    gradient *= one - t * t;
                }
                TLanes.Store(p, scores + n);
                TLanes.Store(gradient, dscores + n);
            }
        }
    }
}
