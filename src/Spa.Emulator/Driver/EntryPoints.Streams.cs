using System.Runtime.InteropServices;
using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

internal static unsafe partial class EntryPoints
{
    private static nint FindStream(string name) => name switch
    {
        "cuStreamCreateWithPriority" => (nint)(delegate* unmanaged<CUstream*, CUstream_flags, int, CUresult>)&cuStreamCreateWithPriority,
        "cuStreamDestroy_v2" => (nint)(delegate* unmanaged<CUstream, CUresult>)&cuStreamDestroy,
        "cuStreamSynchronize" => (nint)(delegate* unmanaged<CUstream, CUresult>)&cuStreamSynchronize,
        "cuStreamQuery" => (nint)(delegate* unmanaged<CUstream, CUresult>)&cuStreamQuery,
        "cuStreamWaitEvent" => (nint)(delegate* unmanaged<CUstream, CUevent, uint, CUresult>)&cuStreamWaitEvent,
        "cuEventCreate" => (nint)(delegate* unmanaged<CUevent*, CUevent_flags, CUresult>)&cuEventCreate,
        "cuEventDestroy_v2" => (nint)(delegate* unmanaged<CUevent, CUresult>)&cuEventDestroy,
        "cuEventRecord" => (nint)(delegate* unmanaged<CUevent, CUstream, CUresult>)&cuEventRecord,
        "cuEventSynchronize" => (nint)(delegate* unmanaged<CUevent, CUresult>)&cuEventSynchronize,
        "cuEventQuery" => (nint)(delegate* unmanaged<CUevent, CUresult>)&cuEventQuery,
        "cuEventElapsedTime" or "cuEventElapsedTime_v2" => (nint)(delegate* unmanaged<float*, CUevent, CUevent, CUresult>)&cuEventElapsedTime,
        _ => 0,
    };

    [UnmanagedCallersOnly]
    private static CUresult cuStreamCreateWithPriority(CUstream* stream, CUstream_flags flags, int priority) => InContext(nameof(cuStreamCreateWithPriority), context =>
    {
        Require(stream, nameof(stream));
        if (flags is not (CUstream_flags.CU_STREAM_DEFAULT or CUstream_flags.CU_STREAM_NON_BLOCKING)) throw Invalid($"flags {(uint)flags} are not known");
        *stream = new CUstream(new EmulatedStream(context, flags, priority).Handle);
    });

    [UnmanagedCallersOnly]
    private static CUresult cuStreamDestroy(CUstream stream) => On<EmulatedStream>(nameof(cuStreamDestroy), stream.Value, "stream", static target => target.Destroy());

    [UnmanagedCallersOnly]
    private static CUresult cuStreamSynchronize(CUstream stream) => OnStream(nameof(cuStreamSynchronize), stream, static target => target.Synchronize());

    [UnmanagedCallersOnly]
    private static CUresult cuStreamQuery(CUstream stream) => OnStream(nameof(cuStreamQuery), stream, static target =>
    {
        if (!target.Query()) throw NotReady("the stream has work to do");
    });

    [UnmanagedCallersOnly]
    private static CUresult cuStreamWaitEvent(CUstream stream, CUevent mark, uint flags) => OnStream(nameof(cuStreamWaitEvent), stream, target =>
    {
        if (flags > 1) throw Invalid($"flags {flags} are not known");
        if (!HandleTable.TryGet(mark.Value, out EmulatedEvent? awaited)) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_HANDLE, HandleTable.Describe(mark.Value, "event"));
        if (awaited.Context.Driver != target.Context.Driver) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_CONTEXT, "the event belongs to another driver");
        awaited.Wait(target);
    });

    [UnmanagedCallersOnly]
    private static CUresult cuEventCreate(CUevent* mark, CUevent_flags flags) => InContext(nameof(cuEventCreate), context =>
    {
        Require(mark, nameof(mark));
        if ((flags & ~(CUevent_flags.CU_EVENT_BLOCKING_SYNC | CUevent_flags.CU_EVENT_DISABLE_TIMING)) != 0) throw Invalid($"flags {(uint)flags} are not emulated");
        *mark = new CUevent(new EmulatedEvent(context, flags).Handle);
    });

    [UnmanagedCallersOnly]
    private static CUresult cuEventDestroy(CUevent mark) => On<EmulatedEvent>(nameof(cuEventDestroy), mark.Value, "event", static target => target.Destroy());

    [UnmanagedCallersOnly]
    private static CUresult cuEventRecord(CUevent mark, CUstream stream) => OnStream(nameof(cuEventRecord), stream, target =>
        Get<EmulatedEvent>(mark.Value, "event", target.Context).Record(target));

    [UnmanagedCallersOnly]
    private static CUresult cuEventSynchronize(CUevent mark) => On<EmulatedEvent>(nameof(cuEventSynchronize), mark.Value, "event", static target => target.Synchronize());

    [UnmanagedCallersOnly]
    private static CUresult cuEventQuery(CUevent mark) => On<EmulatedEvent>(nameof(cuEventQuery), mark.Value, "event", static target =>
    {
        if (!target.Query()) throw NotReady("the event's stream has not got there");
    });

    [UnmanagedCallersOnly]
    private static CUresult cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end) => On<EmulatedEvent>(nameof(cuEventElapsedTime), start.Value, "event", first =>
    {
        Require(milliseconds, nameof(milliseconds));
        *milliseconds = first.Elapsed(Get<EmulatedEvent>(end.Value, "event", first.Context)) ?? throw NotReady("one of the events is pending");
    });
}
