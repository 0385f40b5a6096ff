using System.CommandLine;
using Spa.Cli.Commands;
using Spa.Cli.Options;
using Spa.Cli.Terminal;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests;

internal sealed class ApplicationTests
{
    [Test]
    public void Without_arguments_the_overview_is_shown()
    {
        CliResult result = CommandLine.Run().Succeeded();
        Assert.That(result.Out, Does.Contain("Usage: spa COMMAND"));
        Assert.That(result.Error, Is.Empty);
    }

    [Test]
    public void Version_is_one_line() =>
        Assert.That(CommandLine.Run("--version").Succeeded().Out, Does.Match(@"\A\d+\.\d+\.\d+\S*\n\z"));

    [Test]
    public void An_unknown_command_is_wrong_usage_with_the_nearest_name() =>
        CommandLine.Run("generat").FailedWith(2, "unknown command 'generat'", "did you mean 'generate'?");

    [Test]
    public void An_unknown_option_is_wrong_usage_with_the_nearest_name() =>
        CommandLine.Run("score", "--modle", "x", "--input", "y").FailedWith(2, "unknown option '--modle' of 'spa score'", "did you mean '--model'?");

    [Test]
    public void An_unknown_option_may_be_near_to_one_of_every_command() =>
        CommandLine.Run("doctor", "--thread", "2").FailedWith(2, "did you mean '--threads'?");

    [Test]
    public void A_missing_option_is_wrong_usage() => CommandLine.Run("score", "--input", "x").FailedWith(2, "'--model' is required");

    [Test]
    public void A_missing_value_is_wrong_usage() => CommandLine.Run("score", "--input", "x", "--model").FailedWith(2, "--model");

    [TestCase("--threads", "0", "a whole number from 1")]
    [TestCase("--threads", "two", "a whole number from 1")]
    [TestCase("--seed", "-1", "a whole number from 0")]
    [TestCase("--backend", "gpu", "auto, cpu or cuda")]
    [TestCase("--dtype", "float16", "float32 or bfloat16")]
    public void A_value_out_of_its_range_is_wrong_usage(string option, string value, string expected) =>
        CommandLine.Run("doctor", option, value).FailedWith(2, option, expected, $"'{value}'");

    [Test]
    public void Common_options_may_stand_before_the_command() => CommandLine.Run("--quiet", "doctor", "--json").Succeeded();

    [Test]
    public void The_cuda_backend_says_that_it_is_not_there()
    {
        using TempFolder folder = new();
        string model = TinyModel.Write(folder, "model", 1);
        CommandLine.Run("generate", "--model", model, "--prompt", "a", "--backend", "cuda").FailedWith(1, "CUDA", "--backend cpu");
    }

    [Test]
    public void A_device_without_cuda_is_wrong_usage()
    {
        using TempFolder folder = new();
        string model = TinyModel.Write(folder, "model", 1);
        CommandLine.Run("generate", "--model", model, "--prompt", "a", "--device", "0").FailedWith(2, "--device");
        CommandLine.Run("generate", "--model", model, "--prompt", "a", "--gemm", "own").FailedWith(2, "--gemm", "--backend cuda");
    }

    [Test]
    public void Every_command_has_a_help_page_with_an_example([ValueSource(nameof(Pages))] string page)
    {
        CliResult result = CommandLine.Run([.. page.Split(' '), "--help"]).Succeeded();
        Assert.That(result.Out, Does.Contain($"Usage: spa {page}"));
        Assert.That(result.Out, Does.Match(@"\n  spa " + page));
        Assert.That(result.Out.Split('\n').Where(line => !line.StartsWith("  spa ", StringComparison.Ordinal) && !line.StartsWith("Usage:", StringComparison.Ordinal)),
            Has.All.Length.LessThanOrEqualTo(CliConsole.DefaultWidth), "only what is to be copied may be longer than the terminal");
    }

    [Test]
    public void Help_wins_over_missing_options() => CommandLine.Run("generate", "-h").Succeeded();

    [Test]
    public void The_overview_names_every_command()
    {
        string overview = CommandLine.Run("--help").Succeeded().Out;
        foreach (string page in Pages()) Assert.That(overview, Does.Contain($"\n  {page.Split(' ')[0]}"));
    }

    [Test]
    public void A_full_disk_under_stdout_is_one_line()
    {
        using FullDiskWriter full = new();
        using StringWriter error = new();
        int exitCode = Application.Run(["doctor", "--json"], new CliConsole { In = TextReader.Null, Out = full, Error = error }, CancellationToken.None);
        new CliResult(exitCode, "", error.ToString()).FailedWith(1, "No space left");
    }

    private static IEnumerable<string> Pages()
    {
        RootCommand root = CommandTree.Build(new CommonOptions(), new CliConsole { In = TextReader.Null, Out = TextWriter.Null, Error = TextWriter.Null }, CancellationToken.None);
        return root.Subcommands.Where(command => !command.Hidden)
            .SelectMany(command => command is CliCommand ? [command.Name] : command.Subcommands.Where(inner => !inner.Hidden).Select(inner => $"{command.Name} {inner.Name}"));
    }
}
