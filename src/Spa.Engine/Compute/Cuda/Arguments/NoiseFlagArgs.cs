using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>noise_flag</c> in <c>noise.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NoiseFlagArgs
{
    public nint Margins; // [P]
    public nint Flags; // [P]
    public nint State; // [4 + 2 entries]
    public nint Scores; // [P, 6]
    public nint Indices; // [P]
    public double Beta;
    public double Share;
    public int Pairs;
    public int Entries;
}
