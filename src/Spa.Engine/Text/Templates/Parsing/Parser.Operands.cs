namespace Spa.Engine.Text.Templates;

internal sealed partial class Parser
{
    private Expression ParsePrimary()
    {
        Token token = _stream.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                return ParseName();
            case TokenKind.String:
                return ParseString();
            case TokenKind.Integer or TokenKind.Float:
                _stream.Next();
                return new ConstantExpression(token.Value, token.Line);
            case TokenKind.LeftParen:
                _stream.Next();
                Enter();
                Expression inner = ParseTuple(inParentheses: true);
                _nesting--;
                _stream.Expect(TokenKind.RightParen);
                return inner;
            case TokenKind.LeftBracket:
                _stream.Next();
                return new ListExpression(ParseItems(TokenKind.RightBracket, () => ParseExpression()), token.Line);
            case TokenKind.LeftBrace:
                _stream.Next();
                return new DictExpression(ParseItems(TokenKind.RightBrace, ParsePair), token.Line);
            default:
                throw _stream.Fail($"unexpected {Repr.Of(token.Description)}");
        }
    }

    private Expression ParseName()
    {
        Token token = _stream.Next();
        switch (token.Text)
        {
            case "true" or "True": return new ConstantExpression(Box.True, token.Line);
            case "false" or "False": return new ConstantExpression(Box.False, token.Line);
            case "none" or "None": return new ConstantExpression(null, token.Line);
        }

        if (_macroNames.TryPeek(out HashSet<string>? used)) used.Add(token.Text);
        return new NameExpression(token.Text, token.Line);
    }

    /// <summary>Strings next to each other are one.</summary>
    private ConstantExpression ParseString()
    {
        Token token = _stream.Next();
        if (_stream.Current.Kind != TokenKind.String) return new ConstantExpression(token.Text, token.Line);
        System.Text.StringBuilder text = new(token.Text);
        while (_stream.Current.Kind == TokenKind.String) text.Append(_stream.Next().Text);
        return new ConstantExpression(text.ToString(), token.Line);
    }

    private (Expression Key, Expression Value) ParsePair()
    {
        Expression key = ParseExpression();
        _stream.Expect(TokenKind.Colon);
        return (key, ParseExpression());
    }

    /// <summary>Items with commas between them, one after the last allowed, and the closing bracket.</summary>
    private T[] ParseItems<T>(TokenKind close, Func<T> parse)
    {
        List<T> items = [];
        while (_stream.Current.Kind != close)
        {
            if (items.Count > 0) _stream.Expect(TokenKind.Comma);
            if (_stream.Current.Kind == close) break;
            items.Add(parse());
        }

        _stream.Expect(close);
        return [.. items];
    }

    private Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            switch (_stream.Current.Kind)
            {
                case TokenKind.Dot or TokenKind.LeftBracket: value = ParseSubscript(value); break;
                case TokenKind.LeftParen: value = ParseCall(value); break;
                default: return value;
            }
        }
    }

    private Expression ParseSubscript(Expression owner)
    {
        Token token = _stream.Next();
        if (token.Kind == TokenKind.Dot)
        {
            Token name = _stream.Next();
            if (name.Kind == TokenKind.Name) return new AttributeExpression(owner, name.Text, token.Line);
            if (name.Kind != TokenKind.Integer) throw _stream.Fail("expected name or number", name.Line);
            return new ItemExpression(owner, new ConstantExpression(name.Value, name.Line), token.Line);
        }

        List<Expression> keys = [];
        while (_stream.Current.Kind != TokenKind.RightBracket)
        {
            if (keys.Count > 0) _stream.Expect(TokenKind.Comma);
            keys.Add(ParseKey());
        }

        _stream.Expect(TokenKind.RightBracket);
        return new ItemExpression(owner, keys.Count == 1 ? keys[0] : new TupleExpression([.. keys], token.Line), token.Line);
    }

    private Expression ParseKey()
    {
        int line = _stream.Current.Line;
        Expression? start = _stream.Current.Kind == TokenKind.Colon ? null : ParseExpression();
        if (!_stream.SkipIf(TokenKind.Colon)) return start!;
        Expression? stop = AtBoundEnd() ? null : ParseExpression();
        Expression? step = _stream.SkipIf(TokenKind.Colon) && !AtBoundEnd() ? ParseExpression() : null;
        return new SliceExpression(start, stop, step, line);
    }

    private bool AtBoundEnd() => _stream.Current.Kind is TokenKind.Colon or TokenKind.RightBracket or TokenKind.Comma;
}
