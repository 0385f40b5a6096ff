using System.Text;
using Spa.Emulator.Driver;
using Spa.Interop.Driver;

namespace Spa.Emulator.Tests.Driver;

/// <summary>An emulated device with its context current, called through the unmanaged entry points only, as a program would.</summary>
internal sealed unsafe class TestDevice : IDisposable
{
    private static readonly Lazy<byte[]> s_ptx = new(() => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Driver", "Kernels.ptx")));

    public TestDevice(EmulatedDriverOptions? options = null)
    {
        Options = (options ?? new EmulatedDriverOptions()) with { FaultOutput = Faults };
        Driver = new EmulatedDriver(Options);
        F = new DriverFunctions(Driver);
        Ok(F.cuInit(0));
        CUdevice device;
        Ok(F.cuDeviceGet(&device, Driver.FirstOrdinal));
        Device = device;
        CUcontext context;
        Ok(F.cuDevicePrimaryCtxRetain(&context, device));
        Context = context;
        Ok(F.cuCtxSetCurrent(context));
    }

    public static ReadOnlySpan<byte> KernelText => s_ptx.Value;

    public EmulatedDriverOptions Options { get; }

    public EmulatedDriver Driver { get; }

    public DriverFunctions F { get; }

    public CUdevice Device { get; }

    public CUcontext Context { get; }

    /// <summary>What the driver printed of faults.</summary>
    public StringWriter Faults { get; } = new();

    public static void Ok(CUresult result) => Assert.That(result, Is.EqualTo(CUresult.CUDA_SUCCESS), EmulatedDriver.LastError);

    /// <summary>A call fails with a code and says why.</summary>
    public static void Fails(CUresult result, CUresult expected, string why)
    {
        Assert.That(result, Is.EqualTo(expected), EmulatedDriver.LastError);
        Assert.That(EmulatedDriver.LastError, Does.Contain(why));
    }

    public CUmodule Load(ReadOnlySpan<byte> image)
    {
        byte[] terminated = [.. image, 0];
        CUmodule module;
        fixed (byte* bytes = terminated) Ok(F.cuModuleLoadData(&module, bytes));
        return module;
    }

    public CUfunction Function(CUmodule module, string name)
    {
        CUfunction function;
        fixed (byte* text = Encoding.UTF8.GetBytes(name + "\0")) Ok(F.cuModuleGetFunction(&function, module, text));
        return function;
    }

    public CUfunction Function(string name) => Function(Load(KernelText), name);

    public CUdeviceptr Allocate(long bytes)
    {
        CUdeviceptr address;
        Ok(F.cuMemAlloc(&address, (nuint)bytes));
        return address;
    }

    public int* Pinned(int count)
    {
        void* address;
        Ok(F.cuMemHostAlloc(&address, (nuint)count * 4, CUmemhostalloc_flags.CU_MEMHOSTALLOC_NONE));
        return (int*)address;
    }

    public CUstream Stream(CUstream_flags flags = CUstream_flags.CU_STREAM_NON_BLOCKING)
    {
        CUstream stream;
        Ok(F.cuStreamCreateWithPriority(&stream, flags, 0));
        return stream;
    }

    public CUevent Event(CUevent_flags flags = CUevent_flags.CU_EVENT_DEFAULT)
    {
        CUevent mark;
        Ok(F.cuEventCreate(&mark, flags));
        return mark;
    }

    /// <summary>Device memory with these integers.</summary>
    public CUdeviceptr Upload(params int[] values)
    {
        CUdeviceptr address = Allocate(values.Length * 4);
        fixed (int* source = values) Ok(F.cuMemcpyHtoD(address, source, (nuint)values.Length * 4));
        return address;
    }

    /// <summary>Integers of device memory, by a copy that waits for the default stream.</summary>
    public int[] Download(CUdeviceptr address, int count)
    {
        int[] values = new int[count];
        fixed (int* target = values) Ok(F.cuMemcpyDtoH(target, address, (nuint)count * 4));
        return values;
    }

    /// <summary>Queues one of the kernels (int* p, int n, int value).</summary>
    public CUresult TryLaunch(CUfunction function, CUdeviceptr p, int n, int value, CUstream stream = default, uint grid = 1, uint block = 32, uint shared = 0)
    {
        void** arguments = stackalloc void*[] { &p, &n, &value };
        return F.cuLaunchKernel(function, grid, 1, 1, block, 1, 1, shared, stream, arguments, null);
    }

    public void Launch(CUfunction function, CUdeviceptr p, int n, int value, CUstream stream = default) => Ok(TryLaunch(function, p, n, value, stream));

    public void Dispose()
    {
        F.cuCtxSetCurrent(default);
        Driver.Dispose();
        Faults.Dispose();
    }
}
