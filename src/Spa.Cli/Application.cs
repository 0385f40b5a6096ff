using System.CommandLine;
using Spa.Cli.Commands;
using Spa.Cli.Options;
using Spa.Cli.Terminal;
using Spa.Engine;

namespace Spa.Cli;

/// <summary>One call of <c>spa</c>: reads the command line, runs the command, and turns every failure into one line and an exit code.</summary>
internal static class Application
{
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static int Run(IReadOnlyList<string> args, CliConsole console, CancellationToken cancel)
    {
        CommonOptions common = new();
        RootCommand root = CommandTree.Build(common, console, cancel);
        // "@file" is a plain argument: prompts may start with it.
        ParseResult parse = root.Parse([.. args], new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        bool verbose = parse.GetResult(common.Verbose) is not null && parse.GetValue(common.Verbose);
        try
        {
            if (parse.Errors.Count > 0) throw new UsageException(UsageErrors.Describe(parse));
            int exitCode = parse.Invoke(new InvocationConfiguration
            {
                Output = console.Out,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
            console.Out.Flush();
            return exitCode;
        }
        catch (Exception error)
        {
            return Failures.Report(error, console.Error, verbose, cancel);
        }
    }
}
