namespace Spa.Cli.Terminal;

/// <summary>How much goes to stderr.</summary>
internal enum LogLevel
{
    /// <summary>Errors.</summary>
    Quiet,

    /// <summary>Errors, notices, progress.</summary>
    Normal,

    /// <summary>Also details, and stack traces of errors.</summary>
    Verbose,
}
