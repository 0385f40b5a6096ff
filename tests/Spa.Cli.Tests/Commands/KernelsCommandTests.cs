using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

internal sealed class KernelsCommandTests
{
    [Test]
    public void An_unknown_kernel_is_named_with_what_to_do() => CommandLine.Run("kernels", "list", "--kernel", "no-such").FailedWith(1, "'no-such'", "spa kernels list");

    [Test]
    public void An_unknown_architecture_is_wrong_usage() => CommandLine.Run("kernels", "build", "--arch", "hopper").FailedWith(2, "--arch", "'hopper'", "sm_90a");

    [Test]
    public void A_library_that_is_no_NVRTC_is_named() => CommandLine.Run("kernels", "list", "--nvrtc", "no-such-file.so").FailedWith(1, "NVRTC", "no-such-file.so", "--nvrtc");

    [Test]
    public void Profiling_is_not_there_yet() => CommandLine.Run("kernels", "profile").FailedWith(1, "'spa kernels profile' is not part of this build");
}
