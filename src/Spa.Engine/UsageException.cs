namespace Spa.Engine;

/// <summary>The command line or a configuration key is wrong; one line with the nearest valid spelling where there is one. Exit code 2.</summary>
public sealed class UsageException(string message) : SpaException(message)
{
    public override int ExitCode => 2;
}
