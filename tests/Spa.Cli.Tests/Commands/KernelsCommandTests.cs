using System.Text.Json;
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
    public void A_profile_has_counts_and_an_estimate()
    {
        CliResult text = CommandLine.Run("kernels", "profile", "--kernel", "gather", "--quiet").Succeeded();
        Assert.That(text.Out, Does.StartWith("gather_forward: gather bf16").And.Contain("sectors a request").And.Contain("estimate for H200 SXM"));
        CliResult json = CommandLine.Run("kernels", "profile", "--case", "gather", "--device-limits", "a100", "--json").Succeeded();
        using var document = JsonDocument.Parse(json.Out);
        JsonElement profile = document.RootElement[0];
        // 64 rows of 576 bfloat16 elements in and out, and an index for each row's threads.
        Assert.That(profile.GetProperty("global_store_bytes").GetInt64(), Is.EqualTo(64 * 576 * 2));
        Assert.That(profile.GetProperty("estimate").GetProperty("device").GetString(), Is.EqualTo("A100 SXM 80 GB"));
    }

    [Test]
    public void A_profile_that_is_worse_than_its_baseline_ends_with_1()
    {
        using TempFolder folder = new();
        string path = folder.In("kernels.json");
        File.WriteAllText(path, "[{\"kernel\": \"gather_forward\", \"case\": \"gather bf16 64 of 128x576\", \"instructions\": 1, \"sectors\": 1, \"bytes\": 1000000000, \"bank_conflicts\": 0, \"local_bytes\": 0}]");
        CliResult result = CommandLine.Run("kernels", "profile", "--kernel", "gather", "--baseline", path);
        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Out, Does.Contain("worse: gather_forward, gather bf16 64 of 128x576: instructions 1 -> ").And.Contain("2 figures worse, 1 otherwise changed"));
    }

    [Test]
    public void A_profile_of_an_unknown_kernel_or_case_names_the_nearest()
    {
        CommandLine.Run("kernels", "profile", "--kernel", "rmsnrm_forward").FailedWith(1, "--kernel", "'rmsnrm_forward'", "did you mean 'rmsnorm_forward'?");
        CommandLine.Run("kernels", "profile", "--case", "no-such").FailedWith(1, "--case", "'no-such'", "--json");
    }
}
