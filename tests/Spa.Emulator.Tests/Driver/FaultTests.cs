using Spa.Emulator.Driver;
using Spa.Interop.Driver;
using static Spa.Emulator.Tests.Driver.TestDevice;

namespace Spa.Emulator.Tests.Driver;

[TestFixture]
public sealed unsafe class FaultTests
{
    [Test]
    public void A_fault_is_found_late_reported_and_stays_until_the_context_ends()
    {
        using var device = new TestDevice();
        CUmodule module = device.Load(KernelText);
        CUfunction fault = device.Function(module, "fault"), add = device.Function(module, "add");
        CUdeviceptr a = device.Upload(1);
        CUstream stream = device.Stream();
        device.Launch(fault, a, 1, 1, stream);
        device.Launch(add, a, 1, 1, stream);
        Assert.That(device.Driver.LastFault, Is.Null);
        CUresult sticky = device.F.cuStreamSynchronize(stream);
        Assert.That(sticky, Is.EqualTo(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS));
        Assert.That(device.Driver.LastFault, Does.Contain("fault").And.Contain("out of bounds"));
        Assert.That(device.Faults.ToString(), Does.StartWith(device.Driver.LastFault));
        CUdeviceptr more;
        int* host = stackalloc int[1];
        Assert.That(device.F.cuMemAlloc(&more, 16), Is.EqualTo(sticky));
        Assert.That(device.F.cuMemcpyDtoH(host, a, 4), Is.EqualTo(sticky));
        Assert.That(device.TryLaunch(add, a, 1, 1), Is.EqualTo(sticky));
        Assert.That(device.F.cuCtxSynchronize(), Is.EqualTo(sticky));
        Assert.That(EmulatedDriver.LastError, Does.Contain(device.Driver.LastFault));
        Ok(device.F.cuDevicePrimaryCtxRelease(device.Device));
        Assert.That(device.Driver.Leaks, Is.Empty);
        CUcontext context;
        Ok(device.F.cuDevicePrimaryCtxRetain(&context, device.Device));
        Ok(device.F.cuCtxSetCurrent(context));
        CUdeviceptr b = device.Upload(1);
        device.Launch(device.Function("add"), b, 1, 1);
        Assert.That(device.Download(b, 1)[0], Is.EqualTo(2));
    }

    [Test]
    public void A_kernel_that_is_given_host_memory_is_a_fault([Values] bool isPinned)
    {
        using var device = new TestDevice();
        int* host = stackalloc int[1];
        int* memory = isPinned ? device.Pinned(1) : host;
        device.Launch(device.Function("add"), new CUdeviceptr((ulong)memory), 1, 1);
        Assert.That(device.F.cuCtxSynchronize(), Is.EqualTo(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS));
        Assert.That(device.Driver.LastFault, Does.Contain($"read of 4 bytes at 0x{(ulong)memory:x}; no allocation is near; kernel add at"));
    }

    [Test]
    public void Launches_are_announced()
    {
        using var device = new TestDevice();
        List<EmulatedLaunch> launches = [];
        device.Driver.Launched += launches.Add;
        CUfunction add = device.Function("add");
        CUdeviceptr a = device.Upload(1);
        device.Launch(add, a, 1, 1);
        Assert.That(launches, Is.Empty);
        Ok(device.F.cuCtxSynchronize());
        Assert.That(launches.Select(launch => (launch.Kernel, launch.Geometry.BlockX)), Is.EqualTo(new[] { ("add", 32) }));
    }
}
