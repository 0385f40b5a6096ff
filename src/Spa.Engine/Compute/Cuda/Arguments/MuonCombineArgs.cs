using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>muon_combine</c> in <c>muon.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MuonCombineArgs
{
    public nint Output; // [N]
    public nint X; // [N]
    public nint Y; // [N]
    public long Count; // N
    public float A;
    public float B;
}
