using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>muon_momentum</c> in <c>muon.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MuonMomentumArgs
{
    public nint Output; // [N]
    public nint M; // [N]
    public nint Gradients; // [N]
    public nint Norm; // [1]
    public long Count; // N
    public float Momentum;
    public float Rate; // 1 - momentum
    public float MaxNorm; // 0: no clipping
}
