using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;

namespace Spa.Engine.Tests.Compute;

internal static class TestedBackends
{
    /// <summary>A backend of this kind for a test of more than one op; the caller disposes it.</summary>
    public static ComputeBackend Create(this TestedBackend tested) => tested switch
    {
        _ => new CpuBackend(new CpuOptions { Threads = 2 }),
    };
}
