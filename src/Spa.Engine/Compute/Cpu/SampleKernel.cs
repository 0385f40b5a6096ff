using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// Draws one token per row. An item is a slot: a share of the rows (slot, slot + slots, ...) with scratch of its own. A row without a finite
/// log-sum-exp gets token -1, which the caller reports.
/// </summary>
internal readonly unsafe struct SampleKernel(Tensor tokens, Tensor logps, Tensor logits, SamplingRow* rows, float softCap, float* scratch, long slotFloats, int slots) : IRangeKernel
{
    /// <summary>Floats of scratch per slot: a double per block, and, where rows are filtered, three values per token.</summary>
    public static long ScratchFloats(int vocabulary, bool filtered) => 2L * Blocks(vocabulary) + (filtered ? 3L * vocabulary : 0);

    [SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        float* block = stackalloc float[RunningLse.Block];
        for (long slot = start; slot < end; slot++)
        {
            for (long row = slot; row < logits.Rows; row += slots)
            {
                var blocks = new LogitBlocks(logits.Row(row), logits.Columns, softCap);
                RunningLse lse = blocks.Lse<TLanes>(block);
                int token = double.IsFinite(lse.Value) ? Draw<TLanes>(blocks, rows[row], lse.Maximum, scratch + slot * slotFloats, block) : -1;
                tokens.Ints()[row] = token;
                logps.Floats()[row] = token < 0 ? float.NaN : (float)(blocks.At<TLanes>(token) - lse.Value);
            }
        }
    }

    /// <summary>Tokens that the row's settings keep, weighed; <paramref name="total"/> is their weight.</summary>
    public static SampleCandidates Filter<TLanes>(in LogitBlocks logits, in SamplingRow row, float maximum, float* memory, float* block, out double total) where TLanes : struct, ILanes<TLanes>
    {
        int n = logits.Count;
        float scale = 1 / row.Temperature;
        bool topK = row.TopK > 0 && row.TopK < n;
        var candidates = new SampleCandidates((int*)memory, memory + n, memory + 2L * n);
        if (topK)
        {
            candidates.Gather<TLanes>(logits, candidates.BoundOfKth<TLanes>(logits, row.TopK, block), block);
            candidates.KeepTopK(row.TopK);
            total = candidates.Weigh<TLanes>(maximum, scale);
        }
        else
        {
            total = Masses<TLanes>(logits, maximum, scale, null, block);
            candidates.Gather<TLanes>(logits, BoundOfMass(total, row, maximum, n), block);
            candidates.Weigh<TLanes>(maximum, scale);
        }
        if (row.TopP < 1) total = candidates.KeepTopP(row.TopP * total);
        return candidates;
    }

    private static int Draw<TLanes>(in LogitBlocks logits, in SamplingRow row, float maximum, float* memory, float* block) where TLanes : struct, ILanes<TLanes>
    {
        if (row.IsGreedy) return logits.FirstNotBelow<TLanes>(maximum, block);
        (uint high, uint low, _, _) = Philox.Next(row.Seed, row.Prompt, row.Sample, row.Token, 0);
        // 53 bits: with 24, a vocabulary of 256k would see steps of a few percent of a rare token's probability.
        double u = (((ulong)high << 32) | low) >> 11;
        u *= 1.0 / (1L << 53);
        if (!row.IsFiltered(logits.Count)) return DrawFromAll<TLanes>(logits, u, maximum, 1 / row.Temperature, (double*)memory, block);
        SampleCandidates kept = Filter<TLanes>(logits, row, maximum, memory + 2 * Blocks(logits.Count), block, out double total);
        return kept.Draw(u * total);
    }

    /// <summary>The first id at which the running weight exceeds u * total: first the block, then inside it.</summary>
    private static int DrawFromAll<TLanes>(in LogitBlocks logits, double u, float maximum, float scale, double* masses, float* scratch) where TLanes : struct, ILanes<TLanes>
    {
        double target = u * Masses<TLanes>(logits, maximum, scale, masses, scratch), running = 0, before = 0;
        int chosen = 0;
        for (int i = 0; i < Blocks(logits.Count); i++)
        {
            if (masses[i] == 0) continue;
            (chosen, before) = (i, running);
            running += masses[i];
            if (running > target) break;
        }
        int start = chosen * RunningLse.Block, n = logits.Block<TLanes>(start, scratch, out float* block), last = 0;
        // The weights may overwrite the capped block, but not the row.
        LogitRows.Exp<TLanes>(scratch, block, n, maximum, scale);
        for (int i = 0; i < n; i++)
        {
            if (scratch[i] == 0) continue;
            before += scratch[i];
            last = i;
            if (before > target) break;
        }
        return start + last;
    }

    /// <summary>Sum of exp((x - maximum) * scale), block by block.</summary>
    private static double Masses<TLanes>(in LogitBlocks logits, float maximum, float scale, double* masses, float* scratch) where TLanes : struct, ILanes<TLanes>
    {
        double total = 0;
        for (int i = 0; i < Blocks(logits.Count); i++)
        {
            int n = logits.Block<TLanes>(i * RunningLse.Block, scratch, out float* block);
            double mass = RunningLse.SumOfExp<TLanes>(block, n, maximum, scale);
            if (masses != null) masses[i] = mass;
            total += mass;
        }
        return total;
    }

    /// <summary>
    /// Tokens that weigh less than (1 - p) total / V sum to less than (1 - p) total, so the others reach p without them: a bound for top-p,
    /// lowered by more than all rounding.
    /// </summary>
    private static float BoundOfMass(double total, in SamplingRow row, float maximum, int n)
    {
        double weight = Math.Max(0, 1 - row.TopP) * total / n;
        double bound = maximum + row.Temperature * (Math.Log(weight) - 1e-3);
        return (float)(bound - 1e-6 * Math.Abs(bound));
    }

    private static int Blocks(int vocabulary) => (vocabulary + RunningLse.Block - 1) / RunningLse.Block;
}
