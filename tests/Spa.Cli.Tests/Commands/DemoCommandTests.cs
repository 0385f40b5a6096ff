using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests.Commands;

/// <summary>That the command reaches the engine; what the demo does is tested there, with smaller settings.</summary>
internal sealed class DemoCommandTests
{
    [Test]
    public void A_signal_ends_it_with_130()
    {
        if (!Directory.Exists(Path.Combine(AppContext.BaseDirectory, "demo-model"))) Assert.Ignore("the demo's model is not beside the binaries");
        using TempFolder folder = new();
        using CancellationTokenSource signal = new();
        signal.Cancel();
        CliResult result = CommandLine.RunWith("", signal.Token, "demo", "--out", folder.In("demo"), "--threads", "1");
        Assert.That(result.ExitCode, Is.EqualTo(130), result.Error);
    }

    [Test]
    public void The_data_of_the_shipped_model_can_be_written_again()
    {
        using TempFolder folder = new();
        CommandLine.Run("demo", "--write-data", folder.In("data")).Succeeded();
        Assert.That(File.Exists(folder.In("data/sft.jsonl")));
        Assert.That(File.Exists(folder.In("data/init/config.json")));
    }
}
