using System.Text;
using Spa.Interop.Loading;
using Spa.Interop.Nvrtc;
using Spa.Tests.Support;

namespace Spa.Interop.Tests.Nvrtc;

/// <summary>The real NVRTC, where it is.</summary>
internal sealed class NvrtcCompilerTests
{
    private const string Source = """
        #include "common/twice.cuh"
        extern "C" __global__ void k(float* x) { x[threadIdx.x] = twice(x[threadIdx.x]); }
        """;

    private static readonly Dictionary<string, string> s_headers = new() { ["common/twice.cuh"] = "__device__ inline float twice(float x) { return x * FACTOR; }\n" };

    [Test]
    public void The_version_is_read() => Assert.That(new NvrtcCompiler(SharedNvrtc.Require()).Version, Is.EqualTo(13000));

    [Test]
    public void A_virtual_architecture_gives_PTX_only()
    {
        NvrtcImage result = Compile("--gpu-architecture=compute_80", "-DFACTOR=2");
        Assert.That(result.Cubin, Is.Null);
        Assert.That(Encoding.UTF8.GetString(result.Ptx), Does.Contain(".target sm_80").And.Contain(".entry k("));
        Assert.That(result.Ptx[^1], Is.Not.Zero);
        Assert.That(result.Log, Is.Empty);
    }

    [Test]
    public void An_architecture_gives_machine_code_and_its_resources()
    {
        NvrtcImage result = Compile("--gpu-architecture=sm_90a", "--ptxas-options=-v", "-DFACTOR=2");
        Assert.That(result.Cubin!.AsSpan(0, 4).ToArray(), Is.EqualTo("\u007fELF"u8.ToArray()));
        Assert.That(result.Log, Does.Contain("Used ").And.Contain("0 bytes spill stores"));
    }

    [Test]
    public void A_source_that_does_not_compile_throws_the_compilers_messages()
    {
        NvrtcException error = Assert.Throws<NvrtcException>(() => Compile("--gpu-architecture=sm_90a"))!;
        Assert.That(error.Result, Is.EqualTo(nvrtcResult.NVRTC_ERROR_COMPILATION));
        Assert.That(error.Message, Does.StartWith("nvrtcCompileProgram(k.cu, --gpu-architecture=sm_90a): NVRTC_ERROR_COMPILATION (6)"));
        Assert.That(error.Log, Does.Contain("common/twice.cuh(1): error: identifier \"FACTOR\" is undefined"));
    }

    [Test]
    public void An_unknown_option_is_named()
    {
        NvrtcException error = Assert.Throws<NvrtcException>(() => Compile("--no-such-option"))!;
        Assert.That(error.Result, Is.EqualTo(nvrtcResult.NVRTC_ERROR_INVALID_OPTION));
        Assert.That(error.Message + error.Log, Does.Contain("--no-such-option"));
    }

    [Test]
    public void Compiling_on_several_threads_gives_the_same_code()
    {
        NvrtcCompiler compiler = new(SharedNvrtc.Require());
        byte[][] all = [.. Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(4).Select(_ => compiler.Compile(Source, "k.cu", s_headers, ["--gpu-architecture=sm_80", "-DFACTOR=3"]).Cubin!)];
        Assert.That(all, Has.All.EqualTo(all[0]));
    }

    [Test]
    public void A_library_without_the_functions_is_named()
    {
        Assert.That(() => new NvrtcCompiler(new NativeProbeResult(null, 0, ["nothing"])), Throws.InstanceOf<EntryPointNotFoundException>().With.Message.Contains("nvrtcVersion").And.Message.Contains("nothing"));
    }

    private static NvrtcImage Compile(params string[] options) => new NvrtcCompiler(SharedNvrtc.Require()).Compile(Source, "k.cu", s_headers, options);
}
