namespace Spa.Engine.Tests.Compute;

/// <summary>What the contract tests of an op run on: one body for every backend.</summary>
public enum TestedBackend
{
    /// <summary>Every vector width and thread count of the CPU backend, whose bits must be equal.</summary>
    Cpu,

    /// <summary>The CUDA backend on emulated devices that run blocks and warps in different orders, whose bits must be equal.</summary>
    CudaEmulator,

    /// <summary>The CUDA backend on the device that <c>SPA_TEST_DEVICE</c> names; left out where the variable is not set.</summary>
    CudaDevice,
}
