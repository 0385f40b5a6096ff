using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>gradient_norm_finish</c> in <c>gradient_norm.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GradientNormFinishArgs
{
    public nint Norm; // [1]
    public nint Partial; // [partials]
    public int Partials;
}
