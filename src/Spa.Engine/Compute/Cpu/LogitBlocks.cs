using System.Numerics;
using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>One row of logits, read in blocks and capped on the way; the row itself stays as it is.</summary>
internal readonly unsafe struct LogitBlocks(float* logits, int count, float softCap)
{
    /// <summary>Elements of the row.</summary>
    public int Count => count;

    /// <summary>The block that begins at <paramref name="at"/>: its elements (in scratch, if capped) and how many they are.</summary>
    public int Block<TLanes>(int at, float* scratch, out float* block) where TLanes : struct, ILanes<TLanes>
    {
        int n = Math.Min(RunningLse.Block, count - at);
        block = LogitRows.Capped<TLanes>(logits + at, n, softCap, scratch);
        return n;
    }

    /// <summary>One capped element, with the bits it has in its block.</summary>
    public float At<TLanes>(int index) where TLanes : struct, ILanes<TLanes>
    {
        float value;
        return *LogitRows.Capped<TLanes>(logits + index, 1, softCap, &value);
    }

    /// <summary>Log-sum-exp and maximum, as the scorer computes them.</summary>
    public RunningLse Lse<TLanes>(float* scratch) where TLanes : struct, ILanes<TLanes>
    {
        var lse = new RunningLse();
        for (int at = 0; at < count; at += RunningLse.Block)
        {
            int n = Block<TLanes>(at, scratch, out float* block);
            lse.Add<TLanes>(block, n);
        }
        return lse;
    }

    /// <summary>The lowest index of an element that is not below <paramref name="value"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public int FirstNotBelow<TLanes>(float value, float* scratch) where TLanes : struct, ILanes<TLanes>
    {
        TLanes least = TLanes.Broadcast(value);
        for (int at = 0; at < count; at += RunningLse.Block)
        {
            int n = Block<TLanes>(at, scratch, out float* block);
            for (int i = 0; i < n; i += 16)
            {
                int lanes = Math.Min(16, n - i);
                uint found = ~TLanes.LessMask(LaneMemory.Load<TLanes>(block + i, lanes), least) & (uint)((1 << lanes) - 1);
                if (found != 0) return at + i + BitOperations.TrailingZeroCount(found);
            }
        }
        return -1;
    }
}
