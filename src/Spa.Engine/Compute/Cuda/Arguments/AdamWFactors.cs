using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Twin of <c>AdamWFactors</c> in <c>common/adamw.cuh</c>, where each is explained.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AdamWFactors
{
    public float Keep; // 1 - lr decay
    public float MRate; // 1 - b1
    public float VKeep; // b2
    public float VRate; // 1 - b2
    public float RootCorrection; // sqrt(1 - b2^t)
    public float Epsilon;
    public float StepSize; // -lr / (1 - b1^t)
    public float MaxNorm; // 0: no clipping
}
