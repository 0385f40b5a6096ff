using Spa.Emulator.Driver;
using Spa.Interop.CublasLt;
using Spa.Interop.Driver;

namespace Spa.Emulator.Tests.Driver;

/// <summary>The objects of Spa.Interop on an emulated device: what a program without raw calls looks like.</summary>
[TestFixture]
public sealed unsafe class OwnedObjectTests
{
    private readonly record struct Arguments(CUdeviceptr Target, int Count, int Value);

    [Test]
    public void Buffers_streams_events_and_graphs_work_and_nothing_is_left()
    {
        using var driver = new EmulatedDriver(new EmulatedDriverOptions { FaultOutput = null });
        using (var context = new CudaContext(CudaDriver.Load(driver), driver.FirstOrdinal))
        {
            using var stream = new CudaStream(context);
            using var other = new CudaStream(context);
            using var mark = new CudaEvent(context);
            using var buffer = new DeviceBuffer(context, 64);
            using var pinned = new PinnedBuffer(context, 64);
            buffer.CopyFrom<int>([1, 2, 3, 4]);
            context.Driver.MemsetD32Async(buffer.Address, 7, 2, stream.Handle);
            mark.Record(stream);
            other.WaitFor(mark);
            Assert.That(mark.HasHappened, Is.False);
            other.BeginCapture();
            context.Driver.MemcpyDtoHAsync(pinned.Address, buffer.Address, 16, other.Handle);
            using CudaGraph graph = other.EndCapture();
            using CudaGraphExec executable = graph.Instantiate();
            Assert.That(graph.NodeCount, Is.EqualTo(1));
            executable.Launch(other);
            other.Synchronize();
            Assert.That(new Span<int>(pinned.Address, 4).ToArray(), Is.EqualTo(new[] { 7, 7, 3, 4 }));
            Assert.That(executable.TryUpdate(graph));
            int[] values = new int[4];
            buffer.CopyTo<int>(values);
            Assert.That(values, Is.EqualTo(new[] { 7, 7, 3, 4 }));
        }

        Assert.That(driver.Leaks, Is.Empty);
    }

    [Test]
    public void A_failed_call_is_an_exception_with_the_drivers_words()
    {
        using var driver = new EmulatedDriver(new EmulatedDriverOptions { MemoryBytes = 1024, FaultOutput = null });
        using var context = new CudaContext(CudaDriver.Load(driver), driver.FirstOrdinal);
        CudaException? error = Assert.Throws<CudaException>(() => new DeviceBuffer(context, 2048).Dispose());
        Assert.That(error!.Result, Is.EqualTo(CUresult.CUDA_ERROR_OUT_OF_MEMORY));
        Assert.That(error.Message, Does.Contain("2048").And.Contain("CUDA_ERROR_OUT_OF_MEMORY").And.Contain("out of memory"));
    }

    [Test]
    public void A_kernel_is_launched_with_one_struct()
    {
        using var driver = new EmulatedDriver(new EmulatedDriverOptions { FaultOutput = null });
        using var context = new CudaContext(CudaDriver.Load(driver), driver.FirstOrdinal);
        using var module = new CudaModule(context, TestDevice.KernelText);
        using var stream = new CudaStream(context);
        using var buffer = new DeviceBuffer(context, 16);
        buffer.CopyFrom<int>([1, 2, 3, 4]);
        module.GetFunction("add_all").Launch(stream, 1, 32, 0, new Arguments(buffer.Address, 3, 10));
        stream.Synchronize();
        int[] values = new int[4];
        buffer.CopyTo<int>(values);
        Assert.That(values, Is.EqualTo(new[] { 11, 12, 13, 4 }));
    }

    [Test]
    public void A_matrix_product_runs_by_its_plan()
    {
        using var driver = new EmulatedDriver(new EmulatedDriverOptions { FaultOutput = null });
        using (var context = new CudaContext(CudaDriver.Load(driver), driver.FirstOrdinal))
        {
            using var library = new CublasLtHandle(new EmulatedCublasLt(), context);
            using var stream = new CudaStream(context);
            using var a = new DeviceBuffer(context, 16);
            using var d = new DeviceBuffer(context, 16);
            a.CopyFrom<float>([1, 2, 3, 4]);
            using var plan = new MatmulPlan(library, new MatmulShape(2, 2, 2, false, true, cudaDataType_t.CUDA_R_32F, cudaDataType_t.CUDA_R_32F, 2, 2, 2), workspaceBytes: 0);
            Assert.That(plan.Proposals, Has.Count.EqualTo(1));
            plan.Run(0, 1, a.Address, a.Address, 0, d.Address, default, 0, stream);
            stream.Synchronize();
            float[] values = new float[4];
            d.CopyTo<float>(values);
            Assert.That(values, Is.EqualTo(new float[] { 5, 11, 11, 25 }));
        }

        Assert.That(driver.Leaks, Is.Empty);
    }
}
