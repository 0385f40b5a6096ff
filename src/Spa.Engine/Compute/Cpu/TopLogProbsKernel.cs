using System.Numerics;
using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>The n most probable tokens of each row, kept sorted in the outputs themselves while the row is read. An item is a row.</summary>
internal readonly unsafe struct TopLogProbsKernel(Tensor ids, Tensor logps, Tensor logits, float softCap) : IRangeKernel
{
    [SkipLocalsInit]
    public void Run<TLanes>(long start, long end) where TLanes : struct, ILanes<TLanes>
    {
        float* scratch = stackalloc float[RunningLse.Block];
        for (long row = start; row < end; row++)
        {
            int* id = ids.Ints() + row * ids.Stride;
            float* value = logps.Row(row);
            var blocks = new LogitBlocks(logits.Row(row), logits.Columns, softCap);
            double lse = blocks.Lse<TLanes>(scratch).Value;
            if (!double.IsFinite(lse))
            {
                id[0] = -1;
                continue;
            }
            Collect<TLanes>(blocks, id, value, scratch);
            for (int i = 0; i < ids.Columns; i++) value[i] = (float)(value[i] - lse);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private void Collect<TLanes>(in LogitBlocks logits, int* id, float* value, float* scratch) where TLanes : struct, ILanes<TLanes>
    {
        int count = 0, n = ids.Columns;
        for (int at = 0; at < logits.Count; at += RunningLse.Block)
        {
            int length = logits.Block<TLanes>(at, scratch, out float* block);
            for (int i = 0; i < length; i += 16)
            {
                int lanes = Math.Min(16, length - i);
                uint larger = (uint)((1 << lanes) - 1);
                if (count == n) larger &= TLanes.LessMask(TLanes.Broadcast(value[n - 1]), LaneMemory.Load<TLanes>(block + i, lanes));
                for (; larger != 0; larger &= larger - 1)
                {
                    int lane = BitOperations.TrailingZeroCount(larger);
                    Insert(id, value, ref count, n, at + i + lane, block[i + lane]);
                }
            }
        }
    }

    // Equal values stay behind those that came first, which have lower ids.
    private static void Insert(int* id, float* value, ref int count, int n, int newId, float newValue)
    {
        if (count == n && !(newValue > value[n - 1])) return;
        int at = count < n ? count++ : n - 1;
        for (; at > 0 && value[at - 1] < newValue; at--) (id[at], value[at]) = (id[at - 1], value[at - 1]);
        (id[at], value[at]) = (newId, newValue);
    }
}
