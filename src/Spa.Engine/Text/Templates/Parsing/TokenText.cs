namespace Spa.Engine.Text.Templates;

/// <summary>The spelling of operators, and back.</summary>
internal static class TokenText
{
    private static readonly (string Text, TokenKind Kind)[] s_operators =
    [
        ("//", TokenKind.FloorDiv), ("**", TokenKind.Pow), ("==", TokenKind.Equal), ("!=", TokenKind.NotEqual), ("<=", TokenKind.LessEqual),
        (">=", TokenKind.GreaterEqual), ("+", TokenKind.Add), ("-", TokenKind.Sub), ("*", TokenKind.Mul), ("/", TokenKind.Div), ("%", TokenKind.Mod),
        ("~", TokenKind.Tilde), ("=", TokenKind.Assign), ("<", TokenKind.Less), (">", TokenKind.Greater), (".", TokenKind.Dot), (":", TokenKind.Colon),
        (",", TokenKind.Comma), (";", TokenKind.Semicolon), ("|", TokenKind.Pipe), ("(", TokenKind.LeftParen), (")", TokenKind.RightParen),
        ("[", TokenKind.LeftBracket), ("]", TokenKind.RightBracket), ("{", TokenKind.LeftBrace), ("}", TokenKind.RightBrace),
    ];

    /// <summary>The longest operator that <paramref name="rest"/> begins with; length 0 where there is none.</summary>
    public static (TokenKind Kind, int Length) Match(ReadOnlySpan<char> rest)
    {
        foreach ((string text, TokenKind kind) in s_operators)
        {
            if (rest.StartsWith(text)) return (kind, text.Length);
        }

        return (TokenKind.End, 0);
    }

    public static string Of(TokenKind kind)
    {
        foreach ((string text, TokenKind candidate) in s_operators)
        {
            if (candidate == kind) return text;
        }

        return kind.ToString().ToLowerInvariant();
    }
}
