using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>lion_forward</c> in <c>lion.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LionForwardArgs
{
    public nint Weights; // [N]; bfloat16 only
    public nint Master; // [N]
    public nint Gradients; // [N]
    public nint M; // [N]
    public nint Norm; // [1]
    public long Count; // N
    public float Keep; // 1 - lr decay
    public float DirectionRate; // 1 - b1
    public float MRate; // 1 - b2
    public float StepSize; // -lr
    public float MaxNorm; // 0: no clipping
}
