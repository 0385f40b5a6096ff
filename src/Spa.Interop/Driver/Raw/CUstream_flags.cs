namespace Spa.Interop.Driver;

/// <summary>How a stream relates to the default stream.</summary>
public enum CUstream_flags : uint
{
    CU_STREAM_DEFAULT = 0,
    CU_STREAM_NON_BLOCKING = 1,
}
