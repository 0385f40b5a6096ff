namespace Spa.Cli;

/// <summary>What the process ends with; scripts rely on these numbers.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Bad data, a bad model, a full disk, out of memory.</summary>
    public const int Failed = 1;

    /// <summary>An unknown option, command or configuration key, or a value out of its range.</summary>
    public const int Usage = 2;

    /// <summary>SIGINT or SIGTERM: 128 + 2, as shells report it.</summary>
    public const int Interrupted = 130;
}
