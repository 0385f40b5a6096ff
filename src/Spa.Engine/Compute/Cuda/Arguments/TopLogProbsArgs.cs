using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>top_logprobs</c> in <c>top_logprobs.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TopLogProbsArgs
{
    public nint Ids; // [R, n]
    public nint Logps; // [R, n]
    public nint Logits; // [R, V]
    public nint Fault;
    public int IdsStride;
    public int LogpsStride;
    public int Stride;
    public int Vocabulary;
    public int Wanted; // n
    public float Cap;
}
