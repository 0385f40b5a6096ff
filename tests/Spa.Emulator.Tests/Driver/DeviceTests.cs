using System.Text;
using Spa.Emulator.Driver;
using Spa.Interop.CublasLt;
using Spa.Interop.Driver;
using Spa.Interop.Loading;
using static Spa.Emulator.Tests.Driver.TestDevice;

namespace Spa.Emulator.Tests.Driver;

[TestFixture]
public sealed unsafe class DeviceTests
{
    private sealed class Missing(IEntryPoints inner) : IEntryPoints
    {
        public List<string> Names { get; } = [];

        public string Description => inner.Description;

        public nint Find(string name)
        {
            nint address = inner.Find(name);
            if (address == 0) Names.Add(name);
            return address;
        }
    }

    [Test]
    public void Every_function_that_Interop_asks_for_is_there()
    {
        using var driver = new EmulatedDriver();
        var functions = new Missing(driver);
        _ = new DriverFunctions(functions);
        var blas = new Missing(new EmulatedCublasLt());
        _ = new CublasLtFunctions(blas);
        Assert.That(functions.Names, Is.Empty);
        Assert.That(blas.Names, Is.Empty);
        Assert.That(driver.Find("cuGLGetDevices") == 0);
    }

    [Test]
    public void A_device_tells_what_it_is()
    {
        using var device = new TestDevice(new EmulatedDriverOptions { MemoryBytes = 1 << 30 });
        byte* name = stackalloc byte[64];
        int value;
        nuint bytes;
        CUuuid uuid;
        Ok(device.F.cuDeviceGetName(name, 64, device.Device));
        Assert.That(Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)), Does.Contain("sm_90"));
        Ok(device.F.cuDeviceGetName(name, 4, device.Device));
        Assert.That(name[3], Is.Zero);
        Ok(device.F.cuDriverGetVersion(&value));
        Assert.That(value, Is.EqualTo(13000));
        Ok(device.F.cuDeviceTotalMem(&bytes, device.Device));
        Assert.That(bytes, Is.EqualTo((nuint)(1 << 30)));
        Ok(device.F.cuDeviceGetUuid(&uuid, device.Device));
        Assert.That(uuid[0], Is.EqualTo((byte)'S'));
        CUmemoryPool pool;
        Ok(device.F.cuDeviceGetDefaultMemPool(&pool, device.Device));
        ulong threshold = ulong.MaxValue;
        Ok(device.F.cuMemPoolSetAttribute(pool, CUmemPool_attribute.CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, &threshold));
        Fails(device.F.cuMemPoolSetAttribute(pool, CUmemPool_attribute.CU_MEMPOOL_ATTR_USED_MEM_HIGH, &threshold), CUresult.CUDA_ERROR_INVALID_VALUE, "cannot be set");
        Ok(device.F.cuDeviceCanAccessPeer(&value, device.Device, device.Device));
        Assert.That(value, Is.Zero);
        Fails(device.F.cuCtxEnablePeerAccess(device.Context, 0), CUresult.CUDA_ERROR_PEER_ACCESS_UNSUPPORTED, "cannot access");
    }

    [TestCase(false, 132, 232448, 9)]
    [TestCase(true, 108, 166912, 8)]
    public void Attributes_are_those_of_the_architecture(bool older, int multiprocessors, int shared, int major)
    {
        using var device = new TestDevice(new EmulatedDriverOptions { Architecture = older ? EmulatedArchitecture.Sm80 : EmulatedArchitecture.Sm90 });
        int Get(CUdevice_attribute attribute)
        {
            int value;
            Ok(device.F.cuDeviceGetAttribute(&value, attribute, device.Device));
            return value;
        }

        Assert.That(Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT), Is.EqualTo(multiprocessors));
        Assert.That(Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN), Is.EqualTo(shared));
        Assert.That(Get(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR), Is.EqualTo(major));
        foreach (CUdevice_attribute attribute in Enum.GetValues<CUdevice_attribute>()) Assert.That(Get(attribute), Is.GreaterThanOrEqualTo(0), $"{attribute}");
        int none;
        Fails(device.F.cuDeviceGetAttribute(&none, (CUdevice_attribute)9999, device.Device), CUresult.CUDA_ERROR_INVALID_VALUE, "9999");
    }

    [Test]
    public void Errors_have_names_and_texts()
    {
        using var device = new TestDevice();
        byte* text;
        Ok(device.F.cuGetErrorName(CUresult.CUDA_ERROR_OUT_OF_MEMORY, &text));
        Assert.That(System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)text), Is.EqualTo("CUDA_ERROR_OUT_OF_MEMORY"));
        Ok(device.F.cuGetErrorString(CUresult.CUDA_ERROR_OUT_OF_MEMORY, &text));
        Assert.That(System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)text), Is.EqualTo("out of memory"));
        Assert.That(device.F.cuGetErrorName((CUresult)12345, &text), Is.EqualTo(CUresult.CUDA_ERROR_INVALID_VALUE));
        Assert.That(text is null);
    }

    [Test]
    public void Two_drivers_have_devices_of_their_own()
    {
        using var first = new TestDevice();
        using var second = new TestDevice(new EmulatedDriverOptions { Devices = 2, Architecture = EmulatedArchitecture.Sm80 });
        Assert.That(second.Driver.FirstOrdinal, Is.Not.EqualTo(first.Driver.FirstOrdinal));
        int count;
        Ok(first.F.cuDeviceGetCount(&count));
        Assert.That(count, Is.GreaterThanOrEqualTo(3));
        CUstream stream = second.Stream();
        Ok(first.F.cuCtxSetCurrent(first.Context));
        CUdeviceptr memory = first.Upload(1, 2);
        Fails(first.F.cuMemsetD32Async(memory, 1, 1, stream), CUresult.CUDA_ERROR_INVALID_CONTEXT, "another context");
        CUdevice none;
        Fails(first.F.cuDeviceGet(&none, 1000), CUresult.CUDA_ERROR_INVALID_DEVICE, "no device 1000");
    }

    [Test]
    public void A_context_is_current_per_thread_and_ends_with_its_last_release()
    {
        using var device = new TestDevice();
        CUcontext current;
        Ok(device.F.cuCtxGetCurrent(&current));
        Assert.That(current, Is.EqualTo(device.Context));
        CUresult elsewhere = CUresult.CUDA_SUCCESS;
        var thread = new Thread(() =>
        {
            CUdeviceptr address;
            elsewhere = device.F.cuMemAlloc(&address, 16);
        });
        thread.Start();
        thread.Join();
        Assert.That(elsewhere, Is.EqualTo(CUresult.CUDA_ERROR_INVALID_CONTEXT));
        CUcontext again;
        Ok(device.F.cuDevicePrimaryCtxRetain(&again, device.Device));
        Assert.That(again, Is.EqualTo(device.Context));
        Ok(device.F.cuDevicePrimaryCtxRelease(device.Device));
        device.Allocate(16);
        Ok(device.F.cuDevicePrimaryCtxRelease(device.Device));
        CUdeviceptr none;
        Assert.That(device.F.cuMemAlloc(&none, 16), Is.EqualTo(CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED));
        Assert.That(device.F.cuDevicePrimaryCtxRelease(device.Device), Is.EqualTo(CUresult.CUDA_ERROR_INVALID_CONTEXT));
    }

    [Test]
    public void What_is_left_when_a_context_ends_is_reported()
    {
        using var device = new TestDevice();
        device.Allocate(4096);
        device.Stream();
        CUevent kept = device.Event();
        Ok(device.F.cuEventDestroy(kept));
        device.Function("add");
        device.Pinned(8);
        Ok(device.F.cuDevicePrimaryCtxRelease(device.Device));
        Assert.That(device.Driver.Leaks, Has.Count.EqualTo(3));
        Assert.That(device.Driver.Leaks, Has.Some.StartsWith("4096 bytes of device memory"));
        Assert.That(device.Driver.Leaks, Has.Some.EqualTo("a stream was not destroyed"));
        Assert.That(device.Driver.Leaks, Has.Some.EqualTo("a module was not destroyed"));
        device.Driver.Dispose();
        Assert.That(device.Driver.Leaks[3], Does.StartWith("32 bytes of pinned host memory"));
    }

    [Test]
    public void Handles_are_checked()
    {
        using var device = new TestDevice();
        CUstream stream = device.Stream();
        Ok(device.F.cuStreamDestroy(stream));
        Fails(device.F.cuStreamSynchronize(stream), CUresult.CUDA_ERROR_INVALID_HANDLE, "was destroyed");
        CUevent mark = device.Event();
        Fails(device.F.cuStreamSynchronize(new CUstream(mark.Value)), CUresult.CUDA_ERROR_INVALID_HANDLE, "expected a handle of kind stream, found event");
        Fails(device.F.cuStreamSynchronize(new CUstream(0x1234560)), CUresult.CUDA_ERROR_INVALID_HANDLE, "no handle");
    }
}
