using Spa.Emulator.Checks;

namespace Spa.Emulator.Warp;

/// <summary>Runs the blocks of a launch, a few at a time, their warps in turns of random length: order and lengths are drawn from the seed.</summary>
internal static unsafe class LaunchRunner
{
    private const int LeastTurn = 64, MostTurn = 2048;

    public static void Run(LaunchState launch, Random random)
    {
        long blocks = launch.Geometry.Blocks;
        long[] order = new long[blocks];
        for (long i = 0; i < blocks; i++) order[i] = i;
        random.Shuffle(order);
        int sharedBytes = launch.Program.DynamicSharedOffset + launch.Geometry.DynamicSharedBytes;
        List<BlockState> resident = [];
        try
        {
            long next = 0;
            uint serial = launch.FirstSerial;
            while (resident.Count < Math.Min(blocks, Math.Max(1, launch.Options.ResidentBlocks)))
            {
                BlockState block = new(launch, sharedBytes);
                resident.Add(block);
                block.Start(serial++, order[next++]);
            }
            int live = resident.Count;
            while (live > 0)
            {
                WarpState warp = Choose(resident, live, random) ?? throw Deadlock(launch, resident, live);
                warp.Run(random.Next(LeastTurn, MostTurn));
                if (warp.Block.LiveWarps > 0) continue;
                if (next < blocks)
                {
                    warp.Block.Start(serial++, order[next++]);
                    continue;
                }
                // Finished blocks go behind the live ones.
                int at = resident.IndexOf(warp.Block);
                live--;
                (resident[at], resident[live]) = (resident[live], resident[at]);
            }
        }
        finally
        {
            foreach (BlockState block in resident) block.Dispose();
        }
    }

    /// <summary>A warp that can run, the first one from a random place on; null if there is none.</summary>
    private static WarpState? Choose(List<BlockState> resident, int live, Random random)
    {
        int first = random.Next(live);
        for (int b = 0; b < live; b++)
        {
            WarpState[] warps = resident[(first + b) % live].Warps;
            int start = random.Next(warps.Length);
            for (int w = 0; w < warps.Length; w++)
            {
                WarpState warp = warps[(start + w) % warps.Length];
                if (warp.CanRun) return warp;
            }
        }
        return null;
    }

    private static DeviceFaultException Deadlock(LaunchState launch, List<BlockState> resident, int live)
    {
        const int Shown = 8;
        List<string> waits = [];
        for (int b = 0; b < live; b++)
            foreach (WarpState warp in resident[b].Warps) waits.AddRange(warp.DescribeWaits().Select(wait => $"block {resident[b].Index} {wait}"));
        string rest = waits.Count > Shown ? $", and {waits.Count - Shown} more" : "";
        return new DeviceFaultException(DeviceFaultKind.Deadlock, $"deadlock: kernel {launch.Program.Name} cannot go on: {string.Join("; ", waits.Take(Shown))}{rest}");
    }
}
