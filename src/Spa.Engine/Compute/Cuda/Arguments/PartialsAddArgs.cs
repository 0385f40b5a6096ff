using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>partials_add</c> in <c>partials.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PartialsAddArgs
{
    public nint Output; // [1, C]
    public nint Partial; // [P, C]
    public int Partials; // P
    public int Columns; // C
}
