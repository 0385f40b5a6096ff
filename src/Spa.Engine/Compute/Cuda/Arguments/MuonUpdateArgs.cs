using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>muon_update</c> in <c>muon.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MuonUpdateArgs
{
    public nint Weights; // [N]; bfloat16 only
    public nint Master; // [N]
    public nint Update; // [N]
    public long Count; // N
    public float Keep;
    public float StepSize; // -rate
}
