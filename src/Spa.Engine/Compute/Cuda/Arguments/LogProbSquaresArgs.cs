using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>logprob_squares</c> in <c>logprob.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LogProbSquaresArgs
{
    public nint Squares; // [R]
    public nint Logits; // [R, V]
    public nint Lse; // [R]
    public int Stride;
    public int Rows;
    public int Vocabulary;
}
