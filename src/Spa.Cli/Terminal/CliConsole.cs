using System.Text;
using Spectre.Console;

namespace Spa.Cli.Terminal;

/// <summary>Where a command reads and writes, and what the other side can show. Tests pass writers of their own.</summary>
internal sealed class CliConsole
{
    /// <summary>Lines are cut to it where the real width is not known.</summary>
    public const int DefaultWidth = 80;

    public required TextReader In { get; init; }

    /// <summary>Results.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Progress, notices and errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether somebody types the input.</summary>
    public bool InIsTerminal { get; init; }

    /// <summary>Whether <see cref="Out"/> understands colours.</summary>
    public bool OutHasColour { get; init; }

    /// <summary>Whether a line on <see cref="Error"/> can be drawn again in place.</summary>
    public bool ErrorIsLive { get; init; }

    /// <summary>Whether <see cref="Error"/> shows characters beyond ASCII.</summary>
    public bool Unicode { get; init; }

    /// <summary>Columns, asked for every time: windows change their size.</summary>
    public Func<int> Width { get; init; } = () => DefaultWidth;

    public static CliConsole System()
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        bool plain = Environment.GetEnvironmentVariable("TERM") == "dumb";
        Capabilities error = CapabilitiesOf(Console.Error);
        return new CliConsole
        {
            In = Console.In,
            Out = Console.Out,
            Error = Console.Error,
            InIsTerminal = !Console.IsInputRedirected,
            OutHasColour = !plain && !Console.IsOutputRedirected && CapabilitiesOf(Console.Out).Ansi && Environment.GetEnvironmentVariable("NO_COLOR") is null or "",
            ErrorIsLive = !plain && !Console.IsErrorRedirected && error is { Interactive: true, Ansi: true },
            Unicode = error.Unicode,
            Width = WindowWidth,
        };
    }

    private static Capabilities CapabilitiesOf(TextWriter writer) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) }).Profile.Capabilities;

    private static int WindowWidth()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : DefaultWidth;
        }
        catch (IOException)
        {
            // No window: a pipe or a service.
            return DefaultWidth;
        }
    }
}
