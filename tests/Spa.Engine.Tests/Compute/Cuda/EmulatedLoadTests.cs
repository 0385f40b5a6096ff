using System.Text;
using Spa.Emulator;
using Spa.Emulator.Ptx;
using Spa.Engine.Compute.Cuda.Jit;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Tests.Compute.Cuda;

/// <summary>The emulated device knows every instruction of every kernel.</summary>
internal sealed class EmulatedLoadTests
{
    [Test]
    public void Every_kernel_of_the_catalogue_loads()
    {
        KernelJit jit = KernelJit.FromEnvironment();
        using EmulatedDevice device = new();
        List<string> refused = [];
        foreach (KernelVariant variant in KernelCatalogue.Variants)
        {
            try
            {
                PtxModule module = device.LoadModule(Encoding.UTF8.GetString(jit.Image(variant, KernelTarget.Ptx).Span).TrimEnd('\0'), variant.ToString());
                if (module.GetFunction(variant.Template.Entry) is null) refused.Add($"{variant}: no such entry");
            }
            catch (PtxException error)
            {
                refused.Add(error.Message);
            }
        }
        Assert.That(refused, Is.Empty);
    }
}
