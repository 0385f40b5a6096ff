using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

internal sealed class DoctorCommandTests
{
    [Test]
    public void The_cpu_works_and_missing_libraries_name_what_was_tried()
    {
        CliResult result = CommandLine.Run("doctor", "--json", "--threads", "1").Succeeded();
        Assert.That(result.Json["cpu"]!["works"]!.GetValue<bool>(), Is.True);
        Assert.That(result.Json["cuda_driver"]!["tried"]!.AsArray(), Is.Not.Empty);
        Assert.That(result.Json["memory_bytes"]!.GetValue<long>(), Is.Positive);
    }

    [Test]
    public void For_people_every_fact_has_a_line()
    {
        CliResult result = CommandLine.Run("doctor", "--threads", "1").Succeeded();
        foreach (string name in new[] { ".NET", "processor", "memory", "disk", "CPU backend", "CUDA driver", "NVRTC", "cuBLASLt" }) Assert.That(result.Out, Does.Contain($"\n{name}"));
    }
}
