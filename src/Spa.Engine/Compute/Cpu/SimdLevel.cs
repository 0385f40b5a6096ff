using System.Runtime.Intrinsics;

namespace Spa.Engine.Compute.Cpu;

/// <summary>The widest vectors that the CPU kernels may use. Results are bit-equal on every level.</summary>
public enum SimdLevel
{
    Vector128 = 128,
    Vector256 = 256,
    Vector512 = 512,
}

public static class SimdLevels
{
    /// <summary>The widest level that this processor and runtime accelerate.</summary>
    public static SimdLevel Widest =>
        Vector512.IsHardwareAccelerated ? SimdLevel.Vector512 : Vector256.IsHardwareAccelerated ? SimdLevel.Vector256 : SimdLevel.Vector128;

    /// <summary>Every level that this machine can run, widest first.</summary>
    public static IEnumerable<SimdLevel> Available => Enum.GetValues<SimdLevel>().Where(level => level <= Widest).OrderDescending();
}
