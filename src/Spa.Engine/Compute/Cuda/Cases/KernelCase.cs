namespace Spa.Engine.Compute.Cuda.Cases;

/// <summary>
/// A small but real piece of work for some kernels, driven through <see cref="CudaBackend"/>, so that launches have the shapes they have in use. What is profiled on the
/// emulated device, held to its baseline and timed on a device is this one list (<see cref="KernelCases"/>).
/// </summary>
/// <param name="Name">Op, form and shape: <c>rmsnorm-backward bf16 64x576</c>.</param>
/// <param name="Kernels">Entries that the work launches, each at least once, and no others.</param>
/// <param name="Prepare">Makes the inputs and runs what must come before; what it returns is the work, which may be done any number of times.</param>
public sealed record KernelCase(string Name, IReadOnlyList<string> Kernels, Func<CaseTensors, Action> Prepare)
{
    public override string ToString() => Name;
}
