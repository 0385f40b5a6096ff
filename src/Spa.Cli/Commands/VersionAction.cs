using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using Spa.Cli.Terminal;

namespace Spa.Cli.Commands;

/// <summary><c>--version</c>: the version alone, for scripts.</summary>
internal sealed class VersionAction(CliConsole console) : SynchronousCommandLineAction
{
    /// <summary>Version of this build, with the commit where the build knew it.</summary>
    public static string Version =>
        typeof(VersionAction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public override int Invoke(ParseResult parseResult)
    {
        console.Out.WriteLine(Version);
        return ExitCodes.Done;
    }
}
