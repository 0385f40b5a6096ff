using System.Runtime.InteropServices;

namespace Spa.Interop.Driver;

/// <summary>One attribute of a launch: its kind, and a value of 64 bytes of which the kinds used here are named.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
public struct CUlaunchAttribute
{
    [FieldOffset(0)]
    public CUlaunchAttributeID id;

    [FieldOffset(8)]
    public int cooperative;

    [FieldOffset(8)]
    public uint clusterDimX;

    [FieldOffset(12)]
    public uint clusterDimY;

    [FieldOffset(16)]
    public uint clusterDimZ;

    [FieldOffset(8)]
    public int programmaticStreamSerializationAllowed;

    [FieldOffset(8)]
    public int priority;
}
