using System.Runtime.InteropServices;
using Spa.Interop.Driver;
using Spa.Interop.Loading;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>A driver that counts what reaches it: launches of kernels and graphs, and calls that wait for the device. One at a time in a process.</summary>
internal sealed unsafe class CountedDriver : IEntryPoints
{
    private static delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CUresult> s_launch;
    private static delegate* unmanaged<nint, nint, CUresult> s_graphLaunch;
    private static delegate* unmanaged<nint, CUresult> s_streamWait;
    private static delegate* unmanaged<nint, CUresult> s_eventWait;
    private static DriverCalls s_calls;

    private readonly IEntryPoints _driver;
    private readonly Dictionary<string, nint> _counted = new()
    {
        ["cuLaunchKernel"] = (nint)(delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CUresult>)&Launch,
        ["cuGraphLaunch"] = (nint)(delegate* unmanaged<nint, nint, CUresult>)&GraphLaunch,
        ["cuStreamSynchronize"] = (nint)(delegate* unmanaged<nint, CUresult>)&StreamWait,
        ["cuEventSynchronize"] = (nint)(delegate* unmanaged<nint, CUresult>)&EventWait,
    };

    public CountedDriver(IEntryPoints driver)
    {
        _driver = driver;
        s_launch = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CUresult>)driver.Find("cuLaunchKernel");
        s_graphLaunch = (delegate* unmanaged<nint, nint, CUresult>)driver.Find("cuGraphLaunch");
        s_streamWait = (delegate* unmanaged<nint, CUresult>)driver.Find("cuStreamSynchronize");
        s_eventWait = (delegate* unmanaged<nint, CUresult>)driver.Find("cuEventSynchronize");
        s_calls = default;
    }

    /// <summary>Calls so far.</summary>
    public static DriverCalls Calls => s_calls;

    public string Description => _driver.Description;

    // Copies that wait by themselves, and other ways to launch, are not handed out: who used one would fail.
    public nint Find(string name) => name is "cuMemcpyDtoH_v2" or "cuMemcpyHtoD_v2" or "cuLaunchKernelEx" or "cuCtxSynchronize" ? 0 : _counted.GetValueOrDefault(name, _driver.Find(name));

    [UnmanagedCallersOnly]
    private static CUresult Launch(nint function, uint x, uint y, uint z, uint threadsX, uint threadsY, uint threadsZ, uint shared, nint stream, void** arguments, void** extra)
    {
        s_calls.Kernels++;
        return s_launch(function, x, y, z, threadsX, threadsY, threadsZ, shared, stream, arguments, extra);
    }

    [UnmanagedCallersOnly]
    private static CUresult GraphLaunch(nint graph, nint stream)
    {
        s_calls.Graphs++;
        return s_graphLaunch(graph, stream);
    }

    [UnmanagedCallersOnly]
    private static CUresult StreamWait(nint stream)
    {
        s_calls.Waits++;
        return s_streamWait(stream);
    }

    [UnmanagedCallersOnly]
    private static CUresult EventWait(nint mark)
    {
        s_calls.Waits++;
        return s_eventWait(mark);
    }
}
