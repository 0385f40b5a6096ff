namespace Spa.Interop.Driver;

/// <summary>What an event is for.</summary>
public enum CUevent_flags : uint
{
    CU_EVENT_DEFAULT = 0,
    CU_EVENT_BLOCKING_SYNC = 1,
    CU_EVENT_DISABLE_TIMING = 2,
    CU_EVENT_INTERPROCESS = 4,
}
