using System.Text.RegularExpressions;
using Spa.Interop.Driver;
using Spa.Interop.Loading;
using Spa.Interop.Nvrtc;
using Spa.Interop.Tests.Driver;
using Spa.Tests.Support;

namespace Spa.Interop.Tests;

/// <summary>The README's sample: compiled by the real NVRTC, launched on a driver whose kernel does what the sample's does.</summary>
[NonParallelizable]
internal sealed partial class SampleTests
{
    private readonly record struct Args(CUdeviceptr X, int Count);

    [Test]
    public void The_sample_doubles_its_numbers()
    {
        float[] values = [1, 2, 3];
        Run(SharedNvrtc.Require(), new FakeDriver(), values);
        Assert.That(values, Is.EqualTo([2f, 4f, 6f]));
    }

    [Test]
    public void The_sample_of_the_README_is_the_one_that_is_tested()
    {
        string here = Path.Combine(Checkout.Root, "tests", "Spa.Interop.Tests", "SampleTests.cs"), readme = Path.Combine(Checkout.Root, "src", "Spa.Interop", "README.md");
        string[] sample = Sample().Match(File.ReadAllText(readme)).Groups[1].Value.TrimEnd().Split('\n');
        string code = string.Join('\n', sample.Select(line => line.Length > 0 ? $"        {line}" : line));
        Assert.That(File.ReadAllText(here), Does.Contain(code));
        Assert.That(sample, Has.Length.LessThanOrEqualTo(20));
    }

    private static void Run(IEntryPoints nvrtc, IEntryPoints driver, float[] values)
    {
        const string Source = """
            struct Args { float* x; int count; };
            extern "C" __global__ void twice(const __grid_constant__ Args a) {
                int i = blockIdx.x * blockDim.x + threadIdx.x;
                if (i < a.count) a.x[i] *= 2;
            }
            """;
        NvrtcImage code = new NvrtcCompiler(nvrtc).Compile(Source, "twice.cu", new Dictionary<string, string>(), ["--gpu-architecture=compute_80"]);
        using CudaContext context = new(CudaDriver.Load(driver), ordinal: 0);
        using CudaStream stream = new(context);
        using CudaModule module = new(context, code.Ptx);
        using DeviceBuffer memory = new(context, values.Length * sizeof(float));
        memory.CopyFrom<float>(values);
        module.GetFunction("twice").Launch(stream, grid: 1, block: 32, sharedBytes: 0, new Args(memory.Address, values.Length));
        stream.Synchronize();
        memory.CopyTo<float>(values);
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Sample();
}
