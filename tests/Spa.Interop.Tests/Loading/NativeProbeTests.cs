using Spa.Interop.Loading;

namespace Spa.Interop.Tests.Loading;

internal sealed class NativeProbeTests
{
    [Test]
    public void A_missing_library_is_reported_with_every_name_that_was_tried()
    {
        NativeProbeResult result = NativeProbe.Find(["no-such-library-1", "no-such-library-2"]);
        Assert.That(result.IsFound, Is.False);
        Assert.That(result.Tried, Is.EqualTo(new[] { "no-such-library-1", "no-such-library-2" }));
        Assert.That(result.Find("anything"), Is.EqualTo((nint)0));
    }

    [Test]
    public void The_first_name_that_loads_wins()
    {
        string runtime = SystemLibrary();
        NativeProbeResult result = NativeProbe.Find(["no-such-library", runtime, "never-tried"]);
        Assert.That(result.Name, Is.EqualTo(runtime));
        Assert.That(result.Tried, Is.EqualTo(new[] { "no-such-library", runtime }));
    }

    [Test]
    public void A_function_that_a_library_lacks_is_zero()
    {
        NativeProbeResult result = NativeProbe.Find([SystemLibrary()]);
        Assert.That(result.Find("no_such_function"), Is.EqualTo((nint)0));
    }

    [Test]
    public void A_library_that_is_none_of_CUDA_has_no_version()
    {
        NativeProbeResult result = NativeProbe.Find([SystemLibrary()]);
        Assert.That(CudaVersions.OfDriver(result), Is.Null);
    }

    [Test]
    public void A_missing_driver_has_no_version()
    {
        NativeProbeResult missing = NativeProbe.Find(["no-such-library"]);
        Assert.That(CudaVersions.OfDriver(missing), Is.Null);
    }

    [Test]
    public void Every_list_of_names_has_one()
    {
        Assert.That(NativeLibraries.CudaDriver, Is.Not.Empty);
        Assert.That(NativeLibraries.Nvrtc, Is.Not.Empty);
        Assert.That(NativeLibraries.CublasLt, Is.Not.Empty);
    }

    private static string SystemLibrary() =>
        OperatingSystem.IsWindows() ? "kernel32.dll" : OperatingSystem.IsMacOS() ? "libSystem.dylib" : "libc.so.6";
}
