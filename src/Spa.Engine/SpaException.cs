namespace Spa.Engine;

/// <summary>
/// The work cannot go on and the user can mend it: bad data, a bad model, a full disk. The message is one line that says what was
/// expected, what was found, where, and what to do. The command line prints it after <c>error: </c> and ends with <see cref="ExitCode"/>.
/// </summary>
public class SpaException : Exception
{
    public SpaException(string message) : base(message) { }

    public SpaException(string message, Exception inner) : base(message, inner) { }

    /// <summary>1: the work failed. 2: the command line or the configuration is wrong.</summary>
    public virtual int ExitCode => 1;
}
