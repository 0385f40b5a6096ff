using Spa.Interop.Driver;
using static Spa.Emulator.Tests.Driver.TestDevice;

namespace Spa.Emulator.Tests.Driver;

[TestFixture]
public sealed unsafe class GraphTests
{
    private const CUstreamCaptureMode Local = CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL, Global = CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL;

    private static CUgraph Capture(TestDevice device, CUstream stream, Action work)
    {
        Ok(device.F.cuStreamBeginCapture(stream, Local));
        work();
        CUgraph graph;
        Ok(device.F.cuStreamEndCapture(stream, &graph));
        return graph;
    }

    private static CUgraphExec Instantiate(TestDevice device, CUgraph graph)
    {
        CUgraphExec executable;
        Ok(device.F.cuGraphInstantiateWithFlags(&executable, graph, CUgraphInstantiate_flags.CUDA_GRAPH_INSTANTIATE_FLAG_NONE));
        return executable;
    }

    [Test]
    public void Captured_work_runs_at_each_launch_with_the_memory_of_then()
    {
        using var device = new TestDevice();
        CUfunction add = device.Function("add");
        CUdeviceptr a = device.Allocate(8);
        CUstream stream = device.Stream();
        int* input = device.Pinned(2);
        int* output = device.Pinned(2);
        CUgraph graph = Capture(device, stream, () =>
        {
            Ok(device.F.cuMemcpyHtoDAsync(a, input, 8, stream));
            device.Launch(add, a, 2, 10, stream);
            Ok(device.F.cuMemsetD32Async(a, 77, 1, stream));
            Ok(device.F.cuMemcpyDtoHAsync(output, a, 8, stream));
        });
        CUgraphExec executable = Instantiate(device, graph);
        Ok(device.F.cuGraphDestroy(graph));
        for (int round = 0; round < 3; round++)
        {
            input[1] = round;
            Ok(device.F.cuGraphLaunch(executable, stream));
            Ok(device.F.cuStreamSynchronize(stream));
            Assert.That((output[0], output[1]), Is.EqualTo((77, round + 10)));
        }

        Ok(device.F.cuGraphExecDestroy(executable));
        Fails(device.F.cuGraphLaunch(executable, stream), CUresult.CUDA_ERROR_INVALID_HANDLE, "was destroyed");
    }

    [Test]
    public void Events_fork_and_join_a_capture([Range(0, 4)] int seed)
    {
        using var device = new TestDevice(new() { Emulator = new EmulatorOptions { Seed = seed } });
        CUmodule module = device.Load(KernelText);
        CUfunction add = device.Function(module, "add"), scale = device.Function(module, "scale");
        CUdeviceptr a = device.Upload(1, 2), b = new(a.Value + 4);
        CUstream first = device.Stream(), second = device.Stream();
        CUevent fork = device.Event(), join = device.Event();
        CUgraph graph = Capture(device, first, () =>
        {
            device.Launch(add, a, 2, 1, first);
            Ok(device.F.cuEventRecord(fork, first));
            Ok(device.F.cuStreamWaitEvent(second, fork, 0));
            CUstreamCaptureStatus status;
            Ok(device.F.cuStreamIsCapturing(second, &status));
            Assert.That(status, Is.EqualTo(CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_ACTIVE));
            device.Launch(scale, a, 1, 10, first);
            device.Launch(scale, b, 1, 100, second);
            Ok(device.F.cuEventRecord(join, second));
            Ok(device.F.cuStreamWaitEvent(first, join, 0));
            device.Launch(add, a, 2, 5, first);
        });
        nuint count;
        Ok(device.F.cuGraphGetNodes(graph, null, &count));
        Assert.That(count, Is.EqualTo((nuint)4));
        CUgraphNode* nodes = stackalloc CUgraphNode[6];
        count = 6;
        Ok(device.F.cuGraphGetNodes(graph, nodes, &count));
        Assert.That((count, nodes[3].Value == 0, nodes[4].Value), Is.EqualTo(((nuint)4, false, (nint)0)));
        Assert.That(device.Download(a, 2), Is.EqualTo(new[] { 1, 2 }), "captured work does not run");
        Ok(device.F.cuGraphLaunch(Instantiate(device, graph), second));
        Ok(device.F.cuStreamSynchronize(second));
        Assert.That(device.Download(a, 2), Is.EqualTo(new[] { 25, 305 }));
    }

    [Test]
    public void An_update_is_for_later_launches_and_needs_the_same_shape()
    {
        using var device = new TestDevice();
        CUfunction add = device.Function("add");
        CUdeviceptr a = device.Upload(0);
        CUstream stream = device.Stream();
        CUgraphExec executable = Instantiate(device, Capture(device, stream, () => device.Launch(add, a, 1, 1, stream)));
        Ok(device.F.cuGraphLaunch(executable, stream));
        CUgraphExecUpdateResultInfo info;
        Ok(device.F.cuGraphExecUpdate(executable, Capture(device, stream, () => device.Launch(add, a, 1, 10, stream)), &info));
        Ok(device.F.cuGraphLaunch(executable, stream));
        Ok(device.F.cuStreamSynchronize(stream));
        Assert.That(device.Download(a, 1)[0], Is.EqualTo(11));
        CUgraph fill = Capture(device, stream, () => Ok(device.F.cuMemsetD32Async(a, 1, 1, stream)));
        Assert.That(device.F.cuGraphExecUpdate(executable, fill, &info), Is.EqualTo(CUresult.CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE));
        Assert.That(info.result, Is.EqualTo(CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_NODE_TYPE_CHANGED));
        CUgraph longer = Capture(device, stream, () =>
        {
            device.Launch(add, a, 1, 1, stream);
            device.Launch(add, a, 1, 1, stream);
        });
        Assert.That(device.F.cuGraphExecUpdate(executable, longer, &info), Is.EqualTo(CUresult.CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE));
        Assert.That(info.result, Is.EqualTo(CUgraphExecUpdateResult.CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED));
    }

    [Test]
    public void What_a_capture_forbids_is_refused_and_loses_it()
    {
        using var device = new TestDevice();
        CUdeviceptr a = device.Upload(1);
        CUdeviceptr* none = stackalloc CUdeviceptr[1];
        CUstream stream = device.Stream();
        int* pageable = stackalloc int[1];
        CUevent mark = device.Event();
        Ok(device.F.cuEventRecord(mark, default));
        (Func<CUresult> Call, CUresult Result)[] forbidden =
        [
            (() => device.F.cuStreamSynchronize(stream), CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED),
            (() => device.F.cuStreamQuery(stream), CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED),
            (() => device.F.cuCtxSynchronize(), CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED),
            (() => device.F.cuMemAlloc(none, 16), CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED),
            (() => device.F.cuMemAllocAsync(none, 16, stream), CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED),
            (() => device.F.cuMemcpyDtoH(pageable, a, 4), CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED),
            (() => device.F.cuMemcpyHtoDAsync(a, pageable, 4, stream), CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED),
            (() => device.F.cuStreamWaitEvent(stream, mark, 0), CUresult.CUDA_ERROR_STREAM_CAPTURE_ISOLATION),
        ];
        foreach ((Func<CUresult> call, CUresult expected) in forbidden)
        {
            Ok(device.F.cuStreamBeginCapture(stream, Global));
            Fails(call(), expected, "the capture is lost");
            CUstreamCaptureStatus status;
            Ok(device.F.cuStreamIsCapturing(stream, &status));
            Assert.That(status, Is.EqualTo(CUstreamCaptureStatus.CU_STREAM_CAPTURE_STATUS_INVALIDATED));
            Assert.That(device.F.cuMemsetD32Async(a, 0, 1, stream), Is.EqualTo(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED));
            CUgraph graph;
            Assert.That(device.F.cuStreamEndCapture(stream, &graph), Is.EqualTo(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED));
            Assert.That(graph.Value == 0);
        }

        Ok(device.F.cuMemsetD32Async(a, 3, 1, stream));
        Ok(device.F.cuStreamSynchronize(stream));
        Assert.That(device.Download(a, 1)[0], Is.EqualTo(3));
    }

    [Test]
    public void Captures_that_do_not_fit_are_refused()
    {
        using var device = new TestDevice();
        CUdeviceptr a = device.Upload(1);
        CUstream first = device.Stream(), second = device.Stream(), blocking = device.Stream(CUstream_flags.CU_STREAM_DEFAULT);
        CUevent mark = device.Event();
        CUgraph graph;
        Assert.That(device.F.cuStreamBeginCapture(default, Local), Is.EqualTo(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED));
        Assert.That(device.F.cuStreamEndCapture(first, &graph), Is.EqualTo(CUresult.CUDA_ERROR_ILLEGAL_STATE));

        Ok(device.F.cuStreamBeginCapture(first, Local));
        Assert.That(device.F.cuStreamBeginCapture(first, Local), Is.EqualTo(CUresult.CUDA_ERROR_ILLEGAL_STATE));
        Ok(device.F.cuEventRecord(mark, first));
        Ok(device.F.cuStreamWaitEvent(second, mark, 0));
        Ok(device.F.cuMemsetD32Async(a, 1, 1, second));
        Fails(device.F.cuStreamEndCapture(second, &graph), CUresult.CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "another stream");
        Fails(device.F.cuStreamEndCapture(first, &graph), CUresult.CUDA_ERROR_STREAM_CAPTURE_UNJOINED, "does not wait");

        Ok(device.F.cuStreamBeginCapture(first, Local));
        Ok(device.F.cuStreamBeginCapture(second, Local));
        Ok(device.F.cuEventRecord(mark, first));
        Fails(device.F.cuEventSynchronize(mark), CUresult.CUDA_ERROR_CAPTURED_EVENT, "being captured");
        Ok(device.F.cuStreamEndCapture(second, &graph));
        Assert.That(device.F.cuStreamEndCapture(first, &graph), Is.EqualTo(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED));

        Ok(device.F.cuStreamBeginCapture(first, Local));
        Ok(device.F.cuStreamBeginCapture(second, Local));
        Ok(device.F.cuEventRecord(mark, first));
        Assert.That(device.F.cuStreamWaitEvent(second, mark, 0), Is.EqualTo(CUresult.CUDA_ERROR_STREAM_CAPTURE_MERGE));
        Assert.That(device.F.cuStreamEndCapture(first, &graph), Is.EqualTo(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED));
        Assert.That(device.F.cuStreamEndCapture(second, &graph), Is.EqualTo(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED));

        Ok(device.F.cuStreamBeginCapture(blocking, Local));
        Assert.That(device.F.cuMemsetD32Async(a, 1, 1, default), Is.EqualTo(CUresult.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT));
        Assert.That(device.F.cuStreamEndCapture(blocking, &graph), Is.EqualTo(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED));
    }

    [Test]
    public void Pinned_memory_that_a_graph_copies_must_live_until_then()
    {
        using var device = new TestDevice();
        CUdeviceptr a = device.Upload(1);
        CUstream stream = device.Stream();
        int* pinned = device.Pinned(1);
        CUgraphExec executable = Instantiate(device, Capture(device, stream, () => Ok(device.F.cuMemcpyDtoHAsync(pinned, a, 4, stream))));
        Ok(device.F.cuMemFreeHost(pinned));
        Ok(device.F.cuGraphLaunch(executable, stream));
        Fails(device.F.cuStreamSynchronize(stream), CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, "was freed before the copy ran");
    }
}
