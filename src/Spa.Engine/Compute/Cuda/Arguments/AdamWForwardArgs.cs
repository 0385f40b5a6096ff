using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>adamw_forward</c> in <c>adamw.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AdamWForwardArgs
{
    public nint Weights; // [N]; bfloat16 only
    public nint Master; // [N]
    public nint Gradients; // [N]
    public nint M; // [N]
    public nint V; // [N]
    public nint Norm; // [1]
    public long Count; // N
    public AdamWFactors Factors;
}
