using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>scatter_order</c> in <c>scatter.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ScatterOrderArgs
{
    public nint Order; // [R] rows by bucket
    public nint Starts; // [kBuckets + 1] where a bucket begins in order
    public nint Indices; // [R]
    public nint Fault;
    public long Limit; // N
    public int Rows;
    public uint FaultCode;
}
