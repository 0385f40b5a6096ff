using System.Diagnostics;
using Spa.Cli.Tests.Support;

namespace Spa.Cli.Tests;

/// <summary>A true process and a true signal.</summary>
internal sealed class SignalTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [Test]
    public void An_interrupt_ends_with_130_and_the_same_command_goes_on([Values("INT", "TERM")] string signal)
    {
        if (OperatingSystem.IsWindows()) Assert.Ignore("signals are sent with kill, which Windows lacks");
        using TempFolder folder = new();
        string model = TinyModel.Write(folder, "model", 1);
        string input = folder.Lines("in.jsonl", Enumerable.Range(0, 600).Select(i => $$"""{"prompt": "p{{i}}"}"""));
        string[] Args(string output) => ["generate", "--model", model, "--input", input, "--output", folder.In(output), "--max-new-tokens", "60", "--temperature", "1"];
        using Process process = Start(Args("cut.jsonl"));
        Wait(process, () => Directory.GetFiles(folder.Root, "cut.jsonl.partial-*").Any(file => new FileInfo(file).Length > 0));
        using (Process kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"])) kill.WaitForExit();
        Assert.That(process.WaitForExit(s_patience), Is.True);
        Assert.That(process.ExitCode, Is.EqualTo(130), process.StandardError.ReadToEnd());
        Assert.That(File.Exists(folder.In("cut.jsonl")), Is.False);
        Assert.That(CommandLine.Run(Args("cut.jsonl")).Succeeded().Error, Does.Contain("continues behind"));
        CommandLine.Run(Args("whole.jsonl")).Succeeded();
        Assert.That(File.ReadAllBytes(folder.In("cut.jsonl")), Is.EqualTo(File.ReadAllBytes(folder.In("whole.jsonl"))));
    }

    [Test]
    public void A_failure_of_the_process_is_its_exit_code()
    {
        using Process process = Start(["score", "--model", "no-such-model", "--input", "x"]);
        string error = process.StandardError.ReadToEnd();
        Assert.That(process.WaitForExit(s_patience), Is.True);
        new CliResult(process.ExitCode, process.StandardOutput.ReadToEnd(), error).FailedWith(1, "no-such-model");
    }

    private static Process Start(string[] args) => Process.Start(new ProcessStartInfo("dotnet", [typeof(Application).Assembly.Location, .. args])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static void Wait(Process process, Func<bool> happened)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!happened())
        {
            Assert.That(process.HasExited, Is.False, "the process ended before the signal was sent");
            Assert.That(watch.Elapsed, Is.LessThan(s_patience), "the process made no row");
            Thread.Sleep(5);
        }
    }
}
