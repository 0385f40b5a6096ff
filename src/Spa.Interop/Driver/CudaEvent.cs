namespace Spa.Interop.Driver;

/// <summary>A mark in a stream, to wait for or to take the time at.</summary>
public sealed unsafe class CudaEvent : DriverHandle
{
    /// <param name="context">Where the streams are.</param>
    /// <param name="timed">Whether <see cref="MillisecondsSince"/> is wanted; untimed events are cheaper.</param>
    public CudaEvent(CudaContext context, bool timed = false) : base(context) =>
        Own(Driver.EventCreate(timed ? CUevent_flags.CU_EVENT_DEFAULT : CUevent_flags.CU_EVENT_DISABLE_TIMING).Value);

    public CUevent Handle => new(handle);

    /// <summary>Whether the stream has come past the mark; does not wait.</summary>
    public bool HasHappened => Driver.EventQuery(Handle);

    public void Record(CudaStream stream) => Driver.EventRecord(Handle, stream.Handle);

    /// <summary>Waits until the stream has come past the mark.</summary>
    public void Synchronize() => Driver.EventSynchronize(Handle);

    /// <summary>Device time from an earlier event; both must have happened.</summary>
    public float MillisecondsSince(CudaEvent start) => Driver.EventElapsedTime(start.Handle, Handle);

    protected override CUresult Release() => Driver.Functions.cuEventDestroy(Handle);
}
