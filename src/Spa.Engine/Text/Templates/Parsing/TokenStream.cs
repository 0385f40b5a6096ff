namespace Spa.Engine.Text.Templates;

/// <summary>The tokens of a template and a position among them.</summary>
internal sealed class TokenStream
{
    private readonly List<Token> _tokens;
    private readonly string _templateName;
    private int _position;

    public TokenStream(List<Token> tokens, string templateName)
    {
        _tokens = tokens;
        _templateName = templateName;

        // Scopes compare names by reference, so every spelling is one object.
        Dictionary<string, string> pool = Names.All.ToDictionary(name => name);
        for (int i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Kind != TokenKind.Name) continue;
            if (!pool.TryGetValue(tokens[i].Text, out string? name)) pool.Add(tokens[i].Text, name = tokens[i].Text);
            tokens[i] = tokens[i] with { Text = name };
        }
    }

    public Token Current => _tokens[_position];

    public Token Following => _tokens[Math.Min(_position + 1, _tokens.Count - 1)];

    /// <summary>Moves on and returns the token that was current.</summary>
    public Token Next()
    {
        Token token = Current;
        if (token.Kind != TokenKind.End) _position++;
        return token;
    }

    public bool SkipIf(TokenKind kind)
    {
        if (Current.Kind != kind) return false;
        Next();
        return true;
    }

    public bool SkipIfName(string name)
    {
        if (!Current.IsName(name)) return false;
        Next();
        return true;
    }

    public Token Expect(TokenKind kind) => Current.Kind == kind ? Next() : throw Unexpected(kind == TokenKind.Name ? "name" : new Token(kind, "", null, 0).Description);

    public Token ExpectName(string name) => Current.IsName(name) ? Next() : throw Unexpected(name);

    public TemplateException Fail(string reason, int line = 0, TemplateErrorKind kind = TemplateErrorKind.TemplateSyntaxError) =>
        new(kind, reason, _templateName, line > 0 ? line : Current.Line);

    private TemplateException Unexpected(string expected) => Current.Kind == TokenKind.End
        ? Fail($"unexpected end of template, expected '{expected}'.")
        : Fail($"expected token '{expected}', got {Repr.Of(Current.Description)}");
}
