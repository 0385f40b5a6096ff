using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Twin of <c>FaultRecord</c> in <c>common/fault.cuh</c>: the first thing that a kernel refused.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FaultRecord
{
    public ulong First; // position << 32 | value of the first element that was refused; all ones: none
    public long Limit; // values must be in [0, limit)
    public uint Code; // 0: no fault
}
