using Spa.Interop.Driver;
using static Spa.Emulator.Tests.Driver.TestDevice;

namespace Spa.Emulator.Tests.Driver;

[TestFixture]
public sealed unsafe class StreamTests
{
    private const CUstream_flags Blocking = CUstream_flags.CU_STREAM_DEFAULT;

    [Test]
    public void A_stream_runs_when_something_waits_for_it()
    {
        using var device = new TestDevice();
        CUfunction add = device.Function("add");
        CUdeviceptr a = device.Upload(1, 2, 3);
        CUstream stream = device.Stream();
        device.Launch(add, a, 3, 10, stream);
        Assert.That(device.Download(a, 3), Is.EqualTo(new[] { 1, 2, 3 }), "the default stream does not wait for a non-blocking one");
        Ok(device.F.cuStreamSynchronize(stream));
        Assert.That(device.Download(a, 3), Is.EqualTo(new[] { 11, 12, 13 }));
    }

    [Test]
    public void Work_of_a_stream_runs_in_order()
    {
        using var device = new TestDevice();
        CUmodule module = device.Load(KernelText);
        CUfunction add = device.Function(module, "add"), scale = device.Function(module, "scale");
        CUdeviceptr a = device.Upload(1);
        CUstream stream = device.Stream();
        device.Launch(add, a, 1, 1, stream);
        device.Launch(scale, a, 1, 10, stream);
        device.Launch(add, a, 1, 3, stream);
        Ok(device.F.cuStreamSynchronize(stream));
        Assert.That(device.Download(a, 1)[0], Is.EqualTo(23));
    }

    [Test]
    public void The_default_stream_waits_for_blocking_streams_and_they_for_it()
    {
        using var device = new TestDevice();
        CUmodule module = device.Load(KernelText);
        CUfunction add = device.Function(module, "add"), scale = device.Function(module, "scale");
        CUdeviceptr a = device.Upload(1);
        CUstream stream = device.Stream(Blocking);
        device.Launch(add, a, 1, 1, stream);
        device.Launch(scale, a, 1, 10);
        device.Launch(add, a, 1, 3, stream);
        Ok(device.F.cuStreamSynchronize(stream));
        Ok(device.F.cuCtxSynchronize());
        Assert.That(device.Download(a, 1)[0], Is.EqualTo(23));
    }

    [Test]
    public void An_event_orders_two_streams()
    {
        using var device = new TestDevice();
        CUmodule module = device.Load(KernelText);
        CUfunction add = device.Function(module, "add"), scale = device.Function(module, "scale");
        CUdeviceptr a = device.Upload(1);
        CUstream first = device.Stream(), second = device.Stream();
        CUevent mark = device.Event(CUevent_flags.CU_EVENT_DISABLE_TIMING);
        Ok(device.F.cuStreamWaitEvent(second, mark, 0));
        device.Launch(add, a, 1, 1, first);
        Ok(device.F.cuEventRecord(mark, first));
        device.Launch(add, a, 1, 1000, first);
        Ok(device.F.cuStreamWaitEvent(second, mark, 0));
        device.Launch(scale, a, 1, 10, second);
        Ok(device.F.cuStreamSynchronize(second));
        Assert.That(device.Download(a, 1)[0], Is.EqualTo(20), "the work after the record has not run");
        Ok(device.F.cuCtxSynchronize());
        Assert.That(device.Download(a, 1)[0], Is.EqualTo(1020));
    }

    [Test]
    public void An_event_is_pending_until_its_stream_gets_there_and_polling_gets_on()
    {
        using var device = new TestDevice();
        CUfunction add = device.Function("add");
        CUdeviceptr a = device.Upload(1);
        CUstream stream = device.Stream();
        CUevent start = device.Event(), end = device.Event();
        float milliseconds;
        Ok(device.F.cuEventQuery(start));
        Assert.That(device.F.cuEventElapsedTime(&milliseconds, start, end), Is.EqualTo(CUresult.CUDA_ERROR_INVALID_HANDLE));
        Ok(device.F.cuEventRecord(start, stream));
        device.Launch(add, a, 1, 1, stream);
        Ok(device.F.cuEventRecord(end, stream));
        Assert.That(device.F.cuEventElapsedTime(&milliseconds, start, end), Is.EqualTo(CUresult.CUDA_ERROR_NOT_READY));
        Assert.That(device.F.cuEventQuery(end), Is.EqualTo(CUresult.CUDA_ERROR_NOT_READY));
        Assert.That(device.F.cuStreamQuery(stream), Is.EqualTo(CUresult.CUDA_ERROR_NOT_READY));
        int polls = 2;
        while (device.F.cuEventQuery(end) == CUresult.CUDA_ERROR_NOT_READY) polls++;
        Assert.That(polls, Is.EqualTo(3));
        Ok(device.F.cuStreamQuery(stream));
        Ok(device.F.cuEventSynchronize(end));
        Ok(device.F.cuEventElapsedTime(&milliseconds, start, end));
        Assert.That(milliseconds, Is.GreaterThanOrEqualTo(0));
        CUevent untimed = device.Event(CUevent_flags.CU_EVENT_DISABLE_TIMING);
        Ok(device.F.cuEventRecord(untimed, stream));
        Fails(device.F.cuEventElapsedTime(&milliseconds, start, untimed), CUresult.CUDA_ERROR_INVALID_HANDLE, "without timing");
    }

    [Test]
    public void A_destroyed_stream_still_does_its_work()
    {
        using var device = new TestDevice();
        CUfunction add = device.Function("add");
        CUdeviceptr a = device.Upload(1);
        CUstream stream = device.Stream();
        device.Launch(add, a, 1, 1, stream);
        Ok(device.F.cuStreamDestroy(stream));
        Ok(device.F.cuCtxSynchronize());
        Assert.That(device.Download(a, 1)[0], Is.EqualTo(2));
    }

    [Test]
    public void A_queue_has_an_end()
    {
        using var device = new TestDevice();
        CUdeviceptr a = device.Upload(1);
        int* pinned = device.Pinned(1);
        CUstream stream = device.Stream();
        Ok(device.F.cuMemcpyDtoHAsync(pinned, a, 4, stream));
        for (int i = 0; i < 1100; i++) Ok(device.F.cuMemsetD32Async(a, 2, 1, stream));
        Assert.That(*pinned, Is.EqualTo(1), "work runs when 1024 pieces are queued behind it");
    }

    [Test]
    public void Freeing_memory_waits_for_work_that_uses_it()
    {
        using var device = new TestDevice();
        CUfunction add = device.Function("add");
        CUdeviceptr a = device.Upload(1);
        CUstream stream = device.Stream();
        device.Launch(add, a, 1, 1, stream);
        Ok(device.F.cuMemFree(a));
        Ok(device.F.cuStreamSynchronize(stream));
    }

    [Test]
    public void Independent_streams_and_graph_nodes_run_in_an_order_drawn_from_the_seed()
    {
        HashSet<int> streams = [], graphs = [];
        for (int seed = 0; seed < 12; seed++)
        {
            using var device = new TestDevice(new() { Emulator = new EmulatorOptions { Seed = seed } });
            CUdeviceptr a = device.Upload(0);
            CUstream first = device.Stream(), second = device.Stream();
            CUevent fork = device.Event(), join = device.Event();
            Ok(device.F.cuMemsetD32Async(a, 1, 1, first));
            Ok(device.F.cuMemsetD32Async(a, 2, 1, second));
            Ok(device.F.cuCtxSynchronize());
            streams.Add(device.Download(a, 1)[0]);

            CUgraph graph;
            CUgraphExec executable;
            Ok(device.F.cuStreamBeginCapture(first, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL));
            Ok(device.F.cuEventRecord(fork, first));
            Ok(device.F.cuStreamWaitEvent(second, fork, 0));
            Ok(device.F.cuMemsetD32Async(a, 1, 1, first));
            Ok(device.F.cuMemsetD32Async(a, 2, 1, second));
            Ok(device.F.cuEventRecord(join, second));
            Ok(device.F.cuStreamWaitEvent(first, join, 0));
            Ok(device.F.cuStreamEndCapture(first, &graph));
            Ok(device.F.cuGraphInstantiateWithFlags(&executable, graph, CUgraphInstantiate_flags.CUDA_GRAPH_INSTANTIATE_FLAG_NONE));
            Ok(device.F.cuGraphLaunch(executable, default));
            graphs.Add(device.Download(a, 1)[0]);
        }

        Assert.That(streams, Is.EquivalentTo(new[] { 1, 2 }));
        Assert.That(graphs, Is.EquivalentTo(new[] { 1, 2 }));
    }

    [Test]
    public void Devices_of_one_driver_wait_for_each_others_events()
    {
        using var device = new TestDevice(new() { Devices = 2 });
        CUdeviceptr a = device.Upload(1);
        int* pinned = device.Pinned(1);
        *pinned = 0;
        CUstream first = device.Stream();
        CUevent mark = device.Event();
        Ok(device.F.cuMemcpyDtoHAsync(pinned, a, 4, first));
        Ok(device.F.cuEventRecord(mark, first));
        CUdevice other;
        CUcontext context;
        Ok(device.F.cuDeviceGet(&other, device.Driver.FirstOrdinal + 1));
        Ok(device.F.cuDevicePrimaryCtxRetain(&context, other));
        Ok(device.F.cuCtxSetCurrent(context));
        CUstream second = device.Stream();
        CUdeviceptr b = device.Upload(0);
        Ok(device.F.cuStreamWaitEvent(second, mark, 0));
        Ok(device.F.cuMemcpyHtoDAsync(b, pinned, 4, second));
        Ok(device.F.cuStreamSynchronize(second));
        Assert.That(device.Download(b, 1)[0], Is.EqualTo(1));
    }

    [Test]
    public void Threads_share_a_device()
    {
        using var device = new TestDevice();
        CUfunction add = device.Function("add");
        const int Threads = 4, Launches = 200;
        CUdeviceptr a = device.Upload(new int[Threads]);
        CUresult[] results = new CUresult[Threads];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(i => new Thread(() =>
        {
            device.F.cuCtxSetCurrent(device.Context);
            CUstream stream;
            results[i] = device.F.cuStreamCreateWithPriority(&stream, CUstream_flags.CU_STREAM_NON_BLOCKING, 0);
            for (int launch = 0; launch < Launches && results[i] == CUresult.CUDA_SUCCESS; launch++)
                results[i] = device.TryLaunch(add, new CUdeviceptr(a.Value + 4 * (ulong)i), 1, 1, stream);
            if (results[i] == CUresult.CUDA_SUCCESS) results[i] = device.F.cuStreamSynchronize(stream);
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.That(results, Is.All.EqualTo(CUresult.CUDA_SUCCESS));
        Assert.That(device.Download(a, Threads), Is.All.EqualTo(Launches));
    }
}
