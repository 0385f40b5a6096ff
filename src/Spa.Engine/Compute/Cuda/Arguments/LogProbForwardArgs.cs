using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>logprob_forward</c> in <c>logprob.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LogProbForwardArgs
{
    public nint Policy; // [R, V], written where capped
    public nint Reference; // [R, V]
    public nint Labels; // [R]
    public nint PolicyLogp; // [R] each from here, or 0
    public nint PolicyLse;
    public nint ReferenceLogp;
    public nint ExtrapolatedLogp;
    public nint Entropy;
    public nint MeanLogit;
    public nint Top1;
    public nint Fault;
    public int PolicyStride;
    public int ReferenceStride;
    public int Rows;
    public int Vocabulary;
    public float Lambda;
    public float Cap;
}
