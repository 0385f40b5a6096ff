namespace Spa.Engine.Text.Templates;

/// <summary>One token. <paramref name="Text"/> is the name, the data or the unescaped string; <paramref name="Value"/> the number of a literal.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, object? Value, int Line)
{
    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;

    /// <summary>How error messages call the token.</summary>
    public string Description => Kind switch
    {
        TokenKind.Name => Text,
        TokenKind.End => "end of template",
        TokenKind.BlockBegin => "begin of statement block",
        TokenKind.BlockEnd => "end of statement block",
        TokenKind.VariableBegin => "begin of print statement",
        TokenKind.VariableEnd => "end of print statement",
        TokenKind.Data => "template data / text",
        _ => TokenText.Of(Kind),
    };
}
