using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>muon_divide</c> in <c>muon.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MuonDivideArgs
{
    public nint Output; // [N]
    public nint Input; // [N]
    public nint Norm; // [1]
    public long Count; // N
    public float Epsilon;
}
