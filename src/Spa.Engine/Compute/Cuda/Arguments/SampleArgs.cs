using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>sample</c> in <c>sample.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SampleArgs
{
    public nint Tokens; // [R]
    public nint Logps; // [R]
    public nint Logits; // [R, V]
    public nint Rows; // [R] SamplingRow
    public nint Fault;
    public int Stride;
    public int Vocabulary;
    public float Cap;
}
