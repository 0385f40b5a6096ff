using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Spa.Engine.Tests.Architecture;

/// <summary>build.ps1, run by PowerShell's own engine with a stand-in for dotnet. Alone, because PATH and the current folder are the process's.</summary>
[NonParallelizable]
internal sealed class BuildScriptRunTests
{
    private DirectoryInfo _tools = null!;
    private string? _path;
    private string _folder = null!;

    private string Arguments => Path.Combine(_tools.FullName, "arguments");

    [SetUp]
    public void PutStandInOnPath()
    {
        if (OperatingSystem.IsWindows()) Assert.Ignore("the stand-in for dotnet is a shell script");
        _tools = Directory.CreateTempSubdirectory("spa-build-");
        _path = Environment.GetEnvironmentVariable("PATH");
        _folder = Environment.CurrentDirectory;
        Environment.SetEnvironmentVariable("PATH", $"{_tools.FullName}{Path.PathSeparator}{_path}");
    }

    [TearDown]
    public void RestorePath()
    {
        if (_tools is null) return;
        Environment.SetEnvironmentVariable("PATH", _path);
        Environment.CurrentDirectory = _folder;
        _tools.Delete(recursive: true);
    }

    [Test]
    public void A_verb_calls_dotnet_with_the_arguments_behind_it()
    {
        StandIn(exitCode: 0);
        Run("test", "--filter", "Name~RmsNorm");
        Assert.That(File.ReadAllLines(Arguments), Is.EqualTo(["test", "--solution", RepositoryFiles.At("Spa.sln"), "-c", "Release", "--filter", "Name~RmsNorm"]));
    }

    [Test]
    public void A_failing_dotnet_ends_the_script_with_its_exit_code()
    {
        StandIn(exitCode: 3);
        Assert.That(() => Run("build"), Throws.InstanceOf<RuntimeException>().With.Message.EqualTo("dotnet ended with exit code 3"));
    }

    [Test]
    public void An_unknown_verb_is_refused_before_dotnet_is_called()
    {
        StandIn(exitCode: 0);
        Assert.That(() => Run("biuld"), Throws.InstanceOf<ParameterBindingException>());
        Assert.That(File.Exists(Arguments), Is.False);
    }

    private static void Run(params string[] arguments)
    {
        using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        shell.AddCommand(RepositoryFiles.At("build.ps1"));
        foreach (string argument in arguments) shell.AddArgument(argument);
        shell.Invoke();
    }

    private void StandIn(int exitCode)
    {
        string script = Path.Combine(_tools.FullName, "dotnet");
        File.WriteAllText(script, $"#!/bin/sh\nprintf '%s\\n' \"$@\" > '{Arguments}'\nexit {exitCode}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
