namespace Spa.Interop.Driver;

/// <summary>A queue of work that runs in order, independent of the default stream.</summary>
public sealed unsafe class CudaStream : DriverHandle
{
    /// <param name="context">Where the work runs.</param>
    /// <param name="priority">0 is the lowest; negative numbers go first.</param>
    public CudaStream(CudaContext context, int priority = 0) : base(context) => Own(Driver.StreamCreateWithPriority(CUstream_flags.CU_STREAM_NON_BLOCKING, priority).Value);

    public CUstream Handle => new(handle);

    /// <summary>Whether all work is done; does not wait.</summary>
    public bool IsIdle => Driver.StreamQuery(Handle);

    public bool IsCapturing => Driver.StreamIsCapturing(Handle) != CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_NONE;

    /// <summary>Waits until all work is done; throws what went wrong in it.</summary>
    public void Synchronize()
    {
        Context.MakeCurrent();
        Driver.StreamSynchronize(Handle);
    }

    /// <summary>Later work of this stream begins after the event; does not wait.</summary>
    public void WaitFor(CudaEvent mark) => Driver.StreamWaitEvent(Handle, mark.Handle);

    /// <summary>Calls until <see cref="EndCapture"/> are recorded instead of run.</summary>
    public void BeginCapture() => Driver.StreamBeginCapture(Handle, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL);

    public CudaGraph EndCapture() => new(Context, Driver.StreamEndCapture(Handle));

    protected override CUresult Release() => Driver.Functions.cuStreamDestroy(Handle);
}
