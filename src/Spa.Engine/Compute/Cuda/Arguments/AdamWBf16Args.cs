using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>adamw_bf16</c> in <c>adamw_bf16.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AdamWBf16Args
{
    public nint Weights; // [N]
    public nint Gradients; // [N]
    public nint M; // [N]
    public nint V; // [N]
    public nint Norm; // [1]
    public long Count; // N
    public long First; // index of element 0 in the whole model
    public ulong Seed;
    public AdamWFactors Factors;
    public int Step;
}
