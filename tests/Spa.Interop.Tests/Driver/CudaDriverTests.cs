using Spa.Interop.Driver;

namespace Spa.Interop.Tests.Driver;

/// <summary>The throwing and the owning level, on a driver whose device is host memory.</summary>
[NonParallelizable]
internal sealed unsafe class CudaDriverTests
{
    [Test]
    public void A_failing_call_throws_its_text_with_arguments_code_and_meaning()
    {
        CudaDriver driver = CudaDriver.Load(new FakeDriver());
        CudaException error = Assert.Throws<CudaException>(() => driver.MemAlloc(1 << 30))!;
        Assert.That(error.Message, Is.EqualTo("cuMemAlloc(bytesize: 1073741824): CUDA_ERROR_OUT_OF_MEMORY (2), out of memory"));
        Assert.That(error.Result, Is.EqualTo(CUresult.CUDA_ERROR_OUT_OF_MEMORY));
        Assert.That(error.IsSticky, Is.False);
    }

    [Test]
    public void A_code_that_the_driver_does_not_explain_has_its_name_from_the_header()
    {
        CudaDriver driver = CudaDriver.Load(new FakeDriver());
        CudaException error = Assert.Throws<CudaException>(() => driver.DeviceGet(7))!;
        Assert.That(error.Message, Is.EqualTo("cuDeviceGet(ordinal: 7): CUDA_ERROR_INVALID_DEVICE (101)"));
    }

    [Test]
    public void A_function_that_the_driver_lacks_is_null_and_named_when_it_is_called()
    {
        CudaDriver driver = CudaDriver.Load(new FakeDriver("cuMemAlloc_v2"));
        Assert.That(driver.Functions.cuMemAlloc is null, Is.True);
        Assert.That(() => driver.MemAlloc(16), Throws.InstanceOf<EntryPointNotFoundException>().With.Message.StartsWith("cuMemAlloc: the driver (a fake)"));
    }

    [Test]
    public void A_call_that_succeeds_allocates_nothing()
    {
        CudaDriver driver = CudaDriver.Load(new FakeDriver());
        byte* memory = stackalloc byte[16];
        CUdeviceptr address = new((ulong)memory);
        driver.MemsetD8Async(address, 1, 16, default);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) driver.MemsetD8Async(address, 1, 16, default);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Not_ready_is_an_answer()
    {
        using CudaContext context = new(CudaDriver.Load(new FakeDriver()), 0);
        using CudaStream stream = new(context);
        Assert.That(stream.IsIdle, Is.False);
    }

    [Test]
    public void Everything_that_was_made_is_given_back_and_the_context_last()
    {
        int before = FakeDriver.Live;
        CudaContext context = new(CudaDriver.Load(new FakeDriver()), 0);
        CudaStream stream = new(context);
        CudaEvent mark = new(context);
        DeviceBuffer memory = new(context, 1024);
        PinnedBuffer pinned = new(context, 1024);
        Assert.That(FakeDriver.Live, Is.EqualTo(before + 5));
        context.Dispose();
        Assert.That(FakeDriver.Live, Is.EqualTo(before + 5), "its children keep it");
        stream.Dispose();
        mark.Dispose();
        memory.Dispose();
        pinned.Dispose();
        memory.Dispose();
        Assert.That(FakeDriver.Live, Is.EqualTo(before));
    }

    [Test]
    public void An_allocation_that_fails_keeps_nothing()
    {
        int before = FakeDriver.Live;
        using (CudaContext context = new(CudaDriver.Load(new FakeDriver()), 0))
        {
            Assert.That(() => new DeviceBuffer(context, 1 << 30), Throws.InstanceOf<CudaException>());
            Assert.That(() => new CudaModule(context, "no kernel"u8), Throws.InstanceOf<CudaException>().With.Message.StartsWith("cuModuleLoadData(10 bytes)"));
        }

        Assert.That(FakeDriver.Live, Is.EqualTo(before));
    }

    [Test]
    public void A_context_that_was_given_back_is_refused()
    {
        using CudaContext context = new(CudaDriver.Load(new FakeDriver()), 0);
        context.Dispose();
        Assert.That(() => new CudaStream(context), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void A_copy_larger_than_its_buffer_is_refused()
    {
        using CudaContext context = new(CudaDriver.Load(new FakeDriver()), 0);
        using DeviceBuffer memory = new(context, 8);
        Assert.That(() => memory.CopyFrom<float>([1, 2, 3]), Throws.ArgumentException);
    }
}
