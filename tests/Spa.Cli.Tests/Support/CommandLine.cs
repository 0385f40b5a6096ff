using Spa.Cli.Terminal;

namespace Spa.Cli.Tests.Support;

/// <summary>Calls <c>spa</c> in this process, with stdout and stderr as strings, as if both went into files.</summary>
internal static class CommandLine
{
    public static CliResult Run(params string[] args) => RunWith("", CancellationToken.None, args);

    public static CliResult RunWith(string input, CancellationToken cancel, params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        int exitCode = Application.Run(args, new CliConsole { In = new StringReader(input), Out = output, Error = error }, cancel);
        return new CliResult(exitCode, output.ToString(), error.ToString());
    }
}
