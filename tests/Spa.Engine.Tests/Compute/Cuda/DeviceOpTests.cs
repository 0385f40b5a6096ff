using Spa.Engine.Compute.Cuda;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>A fixture of what only devices do: bfloat16 activations, ops beside the contract, faults that are told when the host waits.</summary>
public abstract class DeviceOpTests(TestedBackend tested) : OpTests(tested)
{
    // Round to nearest: half a unit in the last of eight bits, and the float32 error of what is rounded.
    private protected const double Bf16Relative = 1.0 / 256;

    [SetUp]
    public void NeedsADevice()
    {
        using var backend = CreateBackend();
        if (backend is not CudaBackend) Assert.Ignore($"{backend.Name} has no bfloat16 activations");
    }
}
