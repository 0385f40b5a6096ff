namespace Spa.Emulator.Warp;

/// <summary>One of a block's sixteen named barriers.</summary>
internal sealed class BarrierState
{
    /// <summary>Threads that have arrived.</summary>
    public int Arrived;

    /// <summary>Threads that the barrier needs; 0 for all of the block that have not exited.</summary>
    public int Expected;

    /// <summary>Result of <c>bar.red</c> so far: threads whose predicate was true, and threads that took part.</summary>
    public int True;
    public int Reduced;

    /// <summary>What the arrived warps had seen of each warp's clock.</summary>
    public readonly uint[] Clocks = new uint[32];

    public void Clear()
    {
        Arrived = Expected = True = Reduced = 0;
        Array.Clear(Clocks);
    }
}
