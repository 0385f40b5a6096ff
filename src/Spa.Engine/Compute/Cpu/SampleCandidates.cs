using System.Numerics;
using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// The tokens of one row that top-k and top-p may keep, in id order, with their logits and weights. Memory for a whole vocabulary is given;
/// mostly a few hundred entries are used.
/// </summary>
internal unsafe struct SampleCandidates(int* ids, float* values, float* weights)
{
    public int Count { get; private set; }

    public readonly ReadOnlySpan<int> Ids => new(ids, Count);

    /// <summary>
    /// Largest value of every sixteenth element of each block. The k-th largest of them is at most the k-th largest of all, and close to it
    /// where k is small: a bound that leaves few candidates.
    /// </summary>
    public readonly float BoundOfKth<TLanes>(in LogitBlocks logits, int k, float* scratch) where TLanes : struct, ILanes<TLanes>
    {
        int count = 0;
        for (int at = 0; at < logits.Count; at += RunningLse.Block)
        {
            int n = logits.Block<TLanes>(at, scratch, out float* block), i = 0;
            TLanes maximum = TLanes.Broadcast(float.NegativeInfinity);
            for (; n - i >= 16; i += 16) maximum = TLanes.Max(maximum, TLanes.Load(block + i));
            if (i < n) maximum = TLanes.Max(maximum, LaneMemory.Load<TLanes>(block + i, n - i, float.NegativeInfinity));
            LaneMemory.Store(maximum, values + count, Math.Min(16, n));
            count += Math.Min(16, n);
        }
        if (k > count) return float.NegativeInfinity;
        uint key = KeySelect.KthLargest(values, count, k);
        for (int i = 0; i < count; i++)
        {
            if (KeySelect.Key(values[i]) == key) return values[i];
        }
        return float.NegativeInfinity;
    }

    /// <summary>Takes all elements that are not below the bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Gather<TLanes>(in LogitBlocks logits, float bound, float* scratch) where TLanes : struct, ILanes<TLanes>
    {
        Count = 0;
        TLanes least = TLanes.Broadcast(bound);
        for (int at = 0; at < logits.Count; at += RunningLse.Block)
        {
            int n = logits.Block<TLanes>(at, scratch, out float* block);
            for (int i = 0; i < n; i += 16)
            {
                int count = Math.Min(16, n - i);
                uint taken = ~TLanes.LessMask(LaneMemory.Load<TLanes>(block + i, count), least) & (uint)((1 << count) - 1);
                for (; taken != 0; taken &= taken - 1)
                {
                    int lane = BitOperations.TrailingZeroCount(taken);
                    ids[Count] = at + i + lane;
                    values[Count++] = block[i + lane];
                }
            }
        }
    }

    /// <summary>Keeps the k largest and all that equal the k-th.</summary>
    public void KeepTopK(int k)
    {
        if (k >= Count) return;
        uint least = KeySelect.KthLargest(values, Count, k);
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (KeySelect.Key(values[i]) >= least) Move(i, kept++);
        }
        Count = kept;
    }

    /// <summary>weights = exp((value - maximum) * scale); returns their sum, in id order.</summary>
    public readonly double Weigh<TLanes>(float maximum, float scale) where TLanes : struct, ILanes<TLanes>
    {
        LogitRows.Exp<TLanes>(weights, values, Count, maximum, scale);
        double sum = 0;
        for (int i = 0; i < Count; i++) sum += weights[i];
        return sum;
    }

    /// <summary>Keeps the smallest set of largest values whose weights reach <paramref name="mass"/>; of equal values those with lower ids. Returns their weight.</summary>
    public double KeepTopP(double mass)
    {
        uint last = KeySelect.KeyAtMass(values, weights, Count, mass, out double reached);
        int kept = 0;
        double sum = 0;
        for (int i = 0; i < Count; i++)
        {
            uint key = KeySelect.Key(values[i]);
            if (key < last) continue;
            if (key == last)
            {
                if (reached >= mass && kept > 0) continue;
                reached += weights[i];
            }
            sum += weights[i];
            Move(i, kept++);
        }
        Count = kept;
        return sum;
    }

    /// <summary>The first id at which the running weight exceeds the target.</summary>
    public readonly int Draw(double target)
    {
        double running = 0;
        int last = 0;
        for (int i = 0; i < Count; i++)
        {
            if (weights[i] == 0) continue;
            running += weights[i];
            last = i;
            if (running > target) break;
        }
        return ids[last];
    }

    private readonly void Move(int from, int to)
    {
        ids[to] = ids[from];
        values[to] = values[from];
        weights[to] = weights[from];
    }
}
