namespace Spa.Emulator.Warp;

/// <summary>Special registers: those that stay the same while a block runs have a place in the register file.</summary>
internal static unsafe class Specials
{
    private static readonly HashSet<string> s_names =
    [
        "%tid.x", "%tid.y", "%tid.z", "%ntid.x", "%ntid.y", "%ntid.z", "%ctaid.x", "%ctaid.y", "%ctaid.z", "%nctaid.x", "%nctaid.y", "%nctaid.z",
        "%laneid", "%warpid", "%nwarpid", "%smid", "%nsmid", "%gridid", "%lanemask_eq", "%lanemask_lt", "%lanemask_le", "%lanemask_gt", "%lanemask_ge",
        "%dynamic_smem_size", "%total_smem_size", "%aggr_smem_size", "%cluster_ctaid.x", "%cluster_ctaid.y", "%cluster_ctaid.z",
        "%cluster_nctaid.x", "%cluster_nctaid.y", "%cluster_nctaid.z", "%cluster_ctarank", "%cluster_nctarank",
    ];

    private static readonly string[] s_clocks = ["%clock", "%clock_hi", "%clock64", "%globaltimer", "%globaltimer_lo", "%globaltimer_hi"];

    public static bool IsKnown(string name) => s_names.Contains(name);

    /// <summary>Number of a clock register, or -1.</summary>
    public static int FindClock(string name) => Array.IndexOf(s_clocks, name);

    public static void Fill(WarpState warp)
    {
        LaunchGeometry g = warp.Launch.Geometry;
        foreach ((int offset, string name) in warp.Program.Specials)
        {
            uint* lanes = (uint*)(warp.Registers + offset);
            for (int lane = 0; lane < Lanes.Count; lane++) lanes[lane] = Value(warp, g, name, lane);
        }
    }

    /// <summary>Reads a clock: device instructions for the cycle counters, nanoseconds for the timer. All lanes see one value.</summary>
    public static ulong ReadClock(LaunchState launch, int clock)
    {
        ulong cycles = (ulong)(launch.Clock += 32), nanoseconds = (ulong)(launch.Time.Elapsed.Ticks * 100);
        return clock switch { 0 or 2 => cycles, 1 => cycles >> 32, 3 or 4 => nanoseconds, _ => nanoseconds >> 32 };
    }

    private static uint Value(WarpState warp, in LaunchGeometry g, string name, int lane)
    {
        int thread = warp.Index * Lanes.Count + lane;
        (int x, int y, int z) = warp.Block.Index;
        return (uint)(name switch
        {
            "%tid.x" => thread % g.BlockX,
            "%tid.y" => thread / g.BlockX % g.BlockY,
            "%tid.z" => thread / (g.BlockX * g.BlockY),
            "%ntid.x" => g.BlockX,
            "%ntid.y" => g.BlockY,
            "%ntid.z" => g.BlockZ,
            "%ctaid.x" => x,
            "%ctaid.y" => y,
            "%ctaid.z" => z,
            "%nctaid.x" => g.GridX,
            "%nctaid.y" => g.GridY,
            "%nctaid.z" => g.GridZ,
            "%laneid" => lane,
            "%warpid" => warp.Index,
            "%nwarpid" => (g.Threads + 31) / 32,
            "%lanemask_eq" => 1 << lane,
            "%lanemask_lt" => (1 << lane) - 1,
            "%lanemask_le" => (int)((2L << lane) - 1),
            "%lanemask_gt" => ~(int)((2L << lane) - 1),
            "%lanemask_ge" => ~((1 << lane) - 1),
            "%dynamic_smem_size" => g.DynamicSharedBytes,
            "%total_smem_size" or "%aggr_smem_size" => warp.Program.DynamicSharedOffset + g.DynamicSharedBytes,
            "%nsmid" or "%cluster_nctarank" or "%cluster_nctaid.x" or "%cluster_nctaid.y" or "%cluster_nctaid.z" => 1,
            _ => 0,
        });
    }
}
