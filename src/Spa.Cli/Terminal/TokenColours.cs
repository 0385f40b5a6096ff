using Spa.Engine.Pipeline.RowFiles;

namespace Spa.Cli.Terminal;

/// <summary>Tokens in the colours of their roles.</summary>
internal static class TokenColours
{
    private const string Reset = "\u001b[0m";

    /// <summary>The text between the terminal's codes; control characters are shown, not obeyed.</summary>
    public static string Paint(string text, TokenRole role) => Code(role) + Visible(text, "↵\n") + Reset;

    /// <summary>The text with a sign for every control character, for it could command the terminal.</summary>
    /// <param name="text">From a row or a vocabulary.</param>
    /// <param name="lineFeed">What stands for a line feed.</param>
    public static string Visible(string text, string lineFeed) => string.Concat(text.Select(c => c == '\n' ? lineFeed : char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString()));

    // Dim; bold green; struck out and red.
    private static string Code(TokenRole role) => role switch
    {
        TokenRole.Prompt => "\u001b[2m",
        TokenRole.Scored => "\u001b[1;32m",
        _ => "\u001b[9;31m",
    };
}
