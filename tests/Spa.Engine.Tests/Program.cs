using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline;

namespace Spa.Engine.Tests;

/// <summary>Runs the tests; with <see cref="RunLoop"/> and a configuration file, the loop instead: the process that tests kill.</summary>
internal static class Program
{
    public const string RunLoop = "--run-loop";

    /// <summary>First line of a child's output, written when its work begins.</summary>
    public const string Ready = "ready";

    public static async Task<int> Main(string[] args) => args is [RunLoop, var config] ? Execute(config) : await MicrosoftTestingPlatformApplication.RunAsync(args);

    // As the command line does: SIGTERM asks for a checkpoint and ends with 130, an error is one line and its exit code.
    private static int Execute(string configPath)
    {
        using var cancel = new CancellationTokenSource();
        using PosixSignalRegistration signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            cancel.Cancel();
        });
        try
        {
            RunConfig config = RunConfig.Load(configPath, ConfigurationStage.Run, [], out _);
            Console.WriteLine(Ready);
            using var backend = new CpuBackend(new CpuOptions { Threads = 1 });
            using var run = new SpaRun(config, new RunContext(backend, DType.Float32, RunLog.Silent, cancel.Token), new JsonObject { ["engine"] = "child" });
            run.Execute();
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
        catch (SpaException error)
        {
            Console.Error.WriteLine("error: " + error.Message);
            return error.ExitCode;
        }
    }
}
