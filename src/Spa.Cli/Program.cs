using Spa.Cli.Terminal;

namespace Spa.Cli;

internal static class Program
{
    private static int Main(string[] args)
    {
        using SignalToken signals = new();
        return Application.Run(args, CliConsole.System(), signals.Token);
    }
}
