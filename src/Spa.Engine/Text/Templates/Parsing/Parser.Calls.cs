namespace Spa.Engine.Text.Templates;

internal sealed partial class Parser
{
    private CallExpression ParseCall(Expression callee)
    {
        int line = _stream.Current.Line;
        return new CallExpression(callee, ParseArguments(), line);
    }

    private ArgumentList ParseArguments()
    {
        int line = _stream.Expect(TokenKind.LeftParen).Line;
        List<Expression> positional = [];
        List<(string, Expression)> named = [];
        HashSet<string> names = [];
        Expression? star = null;
        Expression? doubleStar = null;
        bool first = true;
        while (_stream.Current.Kind != TokenKind.RightParen)
        {
            if (!first) _stream.Expect(TokenKind.Comma);
            if (!first && _stream.Current.Kind == TokenKind.RightParen) break;
            first = false;
            bool valid = doubleStar is null;
            if (_stream.SkipIf(TokenKind.Mul))
            {
                valid &= star is null;
                star = ParseExpression();
            }
            else if (_stream.SkipIf(TokenKind.Pow))
            {
                doubleStar = ParseExpression();
            }
            else if (_stream.Current.Kind == TokenKind.Name && _stream.Following.Kind == TokenKind.Assign)
            {
                string name = _stream.Next().Text;
                _stream.Next();
                if (!names.Add(name)) throw _stream.Fail($"keyword argument repeated: {name}", line, TemplateErrorKind.SyntaxError);
                named.Add((name, ParseExpression()));
            }
            else
            {
                valid &= star is null && named.Count == 0;
                positional.Add(ParseExpression());
            }

            if (!valid) throw _stream.Fail("invalid syntax for function call expression", line);
        }

        _stream.Expect(TokenKind.RightParen);
        return new ArgumentList([.. positional], [.. named], star, doubleStar);
    }

    private Expression ParseFiltersAndTests(Expression value)
    {
        while (true)
        {
            if (_stream.Current.Kind == TokenKind.Pipe) value = ParseFilters(value, startsWithName: false);
            else if (_stream.Current.IsName("is")) value = ParseTest(value);
            else if (_stream.Current.Kind == TokenKind.LeftParen) value = ParseCall(value);
            else return value;
        }
    }

    /// <summary>Filters after one another; <paramref name="startsWithName"/> where the first comes without its bar.</summary>
    private Expression ParseFilters(Expression value, bool startsWithName)
    {
        while (startsWithName || _stream.Current.Kind == TokenKind.Pipe)
        {
            if (!startsWithName) _stream.Next();
            startsWithName = false;
            int line = _stream.Current.Line;
            string name = ParseDottedName();
            ArgumentList arguments = _stream.Current.Kind == TokenKind.LeftParen ? ParseArguments() : ArgumentList.Empty;
            FilterTable.TryGet(name, out Builtin? filter);
            value = Apply(value, filter, $"No filter named {Repr.Of(name)}", arguments, line);
        }

        return value;
    }

    private Expression ParseTest(Expression value)
    {
        int line = _stream.Next().Line;
        bool negated = _stream.SkipIfName("not");
        string name = ParseDottedName();
        ArgumentList arguments = ArgumentList.Empty;
        if (_stream.Current.Kind == TokenKind.LeftParen)
        {
            arguments = ParseArguments();
        }
        else if (StartsTestArgument())
        {
            if (_stream.Current.IsName("is")) throw _stream.Fail("You cannot chain multiple tests with is");
            arguments = new ArgumentList([ParsePostfix(ParsePrimary())], [], null, null);
        }

        TestTable.TryGet(name, out Builtin? test);
        Expression result = Apply(value, test, $"No test named {Repr.Of(name)}", arguments, line);
        return negated ? new NotExpression(result, line) : result;
    }

    /// <summary>A test may take one argument without brackets, but no word that goes on with the expression.</summary>
    private bool StartsTestArgument() => _stream.Current.Kind switch
    {
        TokenKind.Name => _stream.Current.Text is not ("else" or "or" or "and"),
        TokenKind.String or TokenKind.Integer or TokenKind.Float or TokenKind.LeftBracket or TokenKind.LeftBrace => true,
        _ => false,
    };

    private BuiltinExpression Apply(Expression value, Builtin? builtin, string unknown, ArgumentList arguments, int line)
    {
        if (builtin is null) _unknown.Add(_stream.Fail(unknown + ".", line, TemplateErrorKind.TemplateAssertionError));
        return new BuiltinExpression(value, builtin, unknown + " found.", arguments, line);
    }

    private string ParseDottedName()
    {
        string name = _stream.Expect(TokenKind.Name).Text;
        if (_stream.Current.Kind != TokenKind.Dot) return name;
        List<string> parts = [name];
        while (_stream.SkipIf(TokenKind.Dot)) parts.Add(_stream.Expect(TokenKind.Name).Text);
        return string.Join('.', parts);
    }
}
