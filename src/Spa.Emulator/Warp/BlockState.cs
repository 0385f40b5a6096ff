using Spa.Emulator.Memory;

namespace Spa.Emulator.Warp;

/// <summary>A resident block: its warps, shared memory and barriers. The object serves one block after the other.</summary>
internal sealed class BlockState : IDisposable
{
    public const int Barriers = 16;

    private readonly LaunchState _launch;

    public BlockState(LaunchState launch, int sharedBytes)
    {
        _launch = launch;
        Shared = new MemoryRegion(0, Math.Max(sharedBytes, 0), "shared memory", launch.Options.Check);
        int threads = launch.Geometry.Threads;
        Warps = new WarpState[(threads + 31) / 32];
        for (int w = 0; w < Warps.Length; w++) Warps[w] = new WarpState(launch, this, w, threads - 32 * w);
        for (int i = 0; i < Barriers; i++) Named[i] = new BarrierState();
    }

    public WarpState[] Warps { get; }

    public MemoryRegion Shared { get; }

    public BarrierState[] Named { get; } = new BarrierState[Barriers];

    /// <summary>Number of this block among all blocks that the device ever ran.</summary>
    public uint Serial { get; private set; }

    public (int X, int Y, int Z) Index { get; private set; }

    /// <summary>Warps that have not exited.</summary>
    public int LiveWarps { get; set; }

    public int LiveThreads { get; set; }

    /// <summary>Whether a thread has executed a fence of device scope, so that its later atomics publish what the block wrote.</summary>
    public bool HasFenced { get; set; }

    /// <summary>Serials of blocks whose writes this block may read, since it has read a flag that they published.</summary>
    public HashSet<uint>? Acquired { get; set; }

    public void Start(uint serial, long number)
    {
        LaunchGeometry g = _launch.Geometry;
        Serial = serial;
        Index = ((int)(number % g.GridX), (int)(number / g.GridX % g.GridY), (int)(number / ((long)g.GridX * g.GridY)));
        LiveWarps = Warps.Length;
        LiveThreads = g.Threads;
        HasFenced = false;
        Acquired = null;
        Shared.Reset(Shared.Size);
        foreach (BarrierState barrier in Named) barrier.Clear();
        foreach (WarpState warp in Warps) warp.Start();
    }

    /// <summary>The cp.async that will write a byte of shared memory, or null.</summary>
    public AsyncCopy? FindPendingCopy(long offset)
    {
        foreach (WarpState warp in Warps)
        {
            foreach (AsyncCopy copy in warp.PendingCopies)
            {
                for (int lane = 0; lane < Lanes.Count; lane++)
                    if ((copy.Mask >> lane & 1) != 0 && offset >= copy.SharedOffsets[lane] && offset < copy.SharedOffsets[lane] + copy.Bytes) return copy;
            }
        }
        return null;
    }

    /// <summary>Releases a barrier if all threads that it needs have arrived.</summary>
    public void TryRelease(int number)
    {
        BarrierState barrier = Named[number];
        int needed = barrier.Expected == 0 ? LiveThreads : barrier.Expected;
        if (barrier.Arrived == 0 || barrier.Arrived < needed) return;
        foreach (WarpState warp in Warps) warp.LeaveBarrier(number, barrier);
        barrier.Clear();
    }

    /// <summary>A thread's exit may be what a barrier waits for.</summary>
    public void ThreadsExited(int count)
    {
        LiveThreads -= count;
        for (int i = 0; i < Barriers; i++) if (Named[i].Arrived > 0 && Named[i].Expected == 0) TryRelease(i);
    }

    public void Dispose()
    {
        Shared.Dispose();
        foreach (WarpState warp in Warps) warp.Dispose();
    }
}
