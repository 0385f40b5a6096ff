namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>Calls of a driver, by what they cost.</summary>
internal record struct DriverCalls(int Kernels, int Graphs, int Waits)
{
    public static DriverCalls operator -(DriverCalls a, DriverCalls b) => new(a.Kernels - b.Kernels, a.Graphs - b.Graphs, a.Waits - b.Waits);
}
