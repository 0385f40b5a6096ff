using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>adamw_8bit</c> in <c>adamw_8bit.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AdamW8BitArgs
{
    public nint Weights; // [N]; bfloat16 only
    public nint Master; // [N]
    public nint Gradients; // [N]
    public nint MCodes; // [N]
    public nint VCodes; // [N]
    public nint MScales; // [ceil(N / kBlock)]
    public nint VScales;
    public nint Norm; // [1]
    public long Count; // N
    public AdamWFactors Factors;
}
