using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>logprob_backward</c> in <c>logprob.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LogProbBackwardArgs
{
    public nint Logits; // [R, V]
    public nint Lse; // [R]
    public nint Labels; // [R]
    public nint Coefficient; // [R]
    public nint Fault;
    public int Stride;
    public int Rows;
    public int Vocabulary;
    public float Cap;
}
