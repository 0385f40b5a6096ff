using Spa.Emulator.Driver.CublasLt;
using Spa.Interop.Loading;

namespace Spa.Emulator.Driver;

/// <summary>
/// cuBLASLt for emulated devices: unmanaged entry points under its names, matrix products in plain C# over device memory, queued on streams as kernels are. It multiplies
/// float16, bfloat16 and float32 with float32 sums in the order of k, so that results do not depend on shape or batch.
/// </summary>
public sealed class EmulatedCublasLt : IEntryPoints
{
    public string Description => "emulated cuBLASLt";

    public nint Find(string name) => CublasLtEntryPoints.Find(name);
}
