using Spa.Engine.Pipeline.RowFiles;

namespace Spa.Cli.Terminal;

/// <summary>Tokens in the colours of their roles.</summary>
internal static class TokenColours
{
    private const string Reset = "\u001b[0m";

    /// <summary>The text between the terminal's codes; control characters are shown, not obeyed.</summary>
    public static string Paint(string text, TokenRole role) => Code(role) + Visible(text) + Reset;

    // Dim; bold green; struck out and red.
    private static string Code(TokenRole role) => role switch
    {
        TokenRole.Prompt => "\u001b[2m",
        TokenRole.Scored => "\u001b[1;32m",
        _ => "\u001b[9;31m",
    };

    // A line feed ends the line as well as being shown; any other control character could command the terminal.
    private static string Visible(string text) => string.Concat(text.Select(c => c == '\n' ? "↵\n" : char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString()));
}
