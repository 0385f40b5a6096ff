using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>noise_end_update</c> in <c>noise.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NoiseEndUpdateArgs
{
    public nint State; // [4 + 2 entries]
    public double Share;
    public int Entries;
}
