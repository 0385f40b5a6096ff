using System.Text;

namespace Spa.Engine;

/// <summary>
/// The work cannot go on and the user can mend it: bad data, a bad model, a full disk. The message is one line that says what was
/// expected, what was found, where, and what to do. The command line prints it after <c>error: </c> and ends with <see cref="ExitCode"/>.
/// Messages quote names out of files; their control characters are shown as escapes and too long a message is cut, so that a hostile
/// file can neither add lines nor steer a terminal.
/// </summary>
public class SpaException : Exception
{
    // A screenful; names in a damaged file can be as long as the file.
    private const int MaxLength = 2000;

    public SpaException(string message) : base(OneLine(message)) { }

    public SpaException(string message, Exception inner) : base(OneLine(message), inner) { }

    /// <summary>1: the work failed. 2: the command line or the configuration is wrong.</summary>
    public virtual int ExitCode => 1;

    private static string OneLine(string message)
    {
        string text = message.Length <= MaxLength ? message : message[..MaxLength] + "...";
        if (!text.Any(IsUnsafe)) return text;
        var escaped = new StringBuilder();
        foreach (char c in text)
        {
            if (IsUnsafe(c)) escaped.Append($"\\u{(int)c:x4}");
            else escaped.Append(c);
        }
        return escaped.ToString();
    }

    private static bool IsUnsafe(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';
}
