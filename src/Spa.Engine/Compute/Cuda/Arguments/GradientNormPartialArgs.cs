using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>gradient_norm_partial</c> in <c>gradient_norm.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GradientNormPartialArgs
{
    public nint Partial; // [ceil(N / kBlock)]
    public nint Gradients; // [N]
    public long Count; // N
}
