using System.Diagnostics;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>The loop in a process of its own, which can be killed.</summary>
internal sealed class ChildRun : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    /// <param name="config">Configuration file of the run.</param>
    public ChildRun(string config) : this(Executable, [Program.RunLoop, config]) { }

    private ChildRun(string file, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    private static string Executable => Path.ChangeExtension(typeof(ChildRun).Assembly.Location, null);

    /// <summary>A bash script in which <c>$spa</c> runs the loop with a configuration file.</summary>
    public static ChildRun InShell(string script) => new("bash", ["-c", $"spa='{Executable} {Program.RunLoop}'; {script}"]);

    /// <summary>A bash script with mounts of its own, in which <c>$spa</c> runs the loop with a configuration file.</summary>
    public static ChildRun InOwnMounts(string script) => new("unshare", ["-rm", "bash", "-c", $"spa='{Executable} {Program.RunLoop}'; {script}"]);

    /// <summary>What it wrote to stderr, after its end.</summary>
    public string Errors => _errors.Result.Trim();

    /// <summary>Waits until it begins to work.</summary>
    public void AwaitReady() => Assert.That(_process.StandardOutput.ReadLine(), Is.EqualTo(Program.Ready), () => Errors);

    /// <summary>Its exit code, or null if it still runs after the time.</summary>
    public int? Wait(TimeSpan time) => _process.WaitForExit(time) ? _process.ExitCode : null;

    public int Wait()
    {
        if (_process.WaitForExit(TimeSpan.FromMinutes(2))) return _process.ExitCode;
        throw new TimeoutException("the child does not end");
    }

    /// <summary>SIGKILL: nothing in the process runs any more.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Process.Start("kill", ["-TERM", $"{_process.Id}"]).WaitForExit();

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
