using Spa.Interop.Driver;

namespace Spa.Emulator.Driver;

/// <summary>
/// The unmanaged functions that stand for libcuda's, under its names. Each checks handles and pointers, takes the lock of the driver that it concerns and turns what is
/// thrown into a <see cref="CUresult"/>, so that no exception crosses into native frames.
/// </summary>
internal static unsafe partial class EntryPoints
{
    /// <summary>Address of the function that libcuda exports under a name, or 0.</summary>
    public static nint Find(string name)
    {
        nint address = FindDevice(name);
        if (address == 0) address = FindMemory(name);
        if (address == 0) address = FindStream(name);
        if (address == 0) address = FindGraph(name);
        return address != 0 ? address : FindModule(name);
    }

    /// <summary>A call that needs no context.</summary>
    internal static CUresult Free(string call, Action body, bool needsInit = true)
    {
        try
        {
            if (needsInit && !EmulatedMachine.Initialised) throw new DriverErrorException(CUresult.CUDA_ERROR_NOT_INITIALIZED, "cuInit was not called");
            body();
            return CUresult.CUDA_SUCCESS;
        }
        catch (Exception error)
        {
            return Failed(call, error);
        }
    }

    /// <summary>A call on a device.</summary>
    private static CUresult OnDevice(string call, CUdevice device, Action<DeviceSlot> body) => Free(call, () => body(
        EmulatedMachine.Device(device.Value) ?? throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_DEVICE, $"there is no device {device.Value}")));

    /// <summary>A call on the context of the calling thread.</summary>
    internal static CUresult InContext(string call, Action<EmulatedContext> body)
    {
        EmulatedContext? context = EmulatedMachine.Current;
        if (context is null) return Free(call, static () => throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_CONTEXT, "no context is current on this thread"));
        return Locked(call, context, () => body(context));
    }

    /// <summary>A call on an object; any thread may make it.</summary>
    internal static CUresult On<T>(string call, nint handle, string kind, Action<T> body)
        where T : EmulatedObject
    {
        if (!HandleTable.TryGet(handle, out T? target))
            return Free(call, () => throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_HANDLE, HandleTable.Describe(handle, kind)));
        return Locked(call, target.Context, () => body(target));
    }

    /// <summary>A call on a stream: 0 and 1 are the default stream of the current context.</summary>
    internal static CUresult OnStream(string call, CUstream handle, Action<EmulatedStream> body) => handle.Value switch
    {
        0 or 1 => InContext(call, context => body(context.Legacy)),
        2 => Free(call, static () => throw new DriverErrorException(CUresult.CUDA_ERROR_NOT_SUPPORTED, "the per-thread default stream is not emulated: create a stream")),
        _ => On<EmulatedStream>(call, handle.Value, "stream", stream =>
        {
            if (EmulatedMachine.Current is { } current && current != stream.Context)
                throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_CONTEXT, "the stream belongs to another context than the current one");
            body(stream);
        }),
    };

    private static CUresult Locked(string call, EmulatedContext context, Action body)
    {
        lock (context.Driver.Gate)
        {
            try
            {
                context.ThrowIfUnusable();
                body();
                return CUresult.CUDA_SUCCESS;
            }
            catch (Exception error)
            {
                return Failed(call, error);
            }
        }
    }

    /// <summary>An object of the same context as another one.</summary>
    private static T Get<T>(nint handle, string kind, EmulatedContext context)
        where T : EmulatedObject
    {
        if (!HandleTable.TryGet(handle, out T? target)) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_HANDLE, HandleTable.Describe(handle, kind));
        return target.Context == context ? target : throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_CONTEXT, $"the {kind} belongs to another context");
    }

    private static CUresult Failed(string call, Exception error)
    {
        EmulatedMachine.Message = $"{call}: {error.Message}";
        return EmulatedMachine.LastResult = error switch
        {
            DriverErrorException known => known.Result,
            OutOfMemoryException => CUresult.CUDA_ERROR_OUT_OF_MEMORY,
            _ => CUresult.CUDA_ERROR_UNKNOWN,
        };
    }

    private static void Require(void* pointer, string name)
    {
        if (pointer is null) throw new DriverErrorException(CUresult.CUDA_ERROR_INVALID_VALUE, $"expected an address in {name}, found a null pointer");
    }

    private static DriverErrorException Invalid(string message) => new(CUresult.CUDA_ERROR_INVALID_VALUE, message);

    private static DriverErrorException NotReady(string message) => new(CUresult.CUDA_ERROR_NOT_READY, message);
}
