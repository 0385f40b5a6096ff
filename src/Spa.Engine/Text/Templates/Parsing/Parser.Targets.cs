namespace Spa.Engine.Text.Templates;

internal sealed partial class Parser
{
    private string ParseStoredName()
    {
        Token token = _stream.Expect(TokenKind.Name);
        if (token.Text is "true" or "false" or "none" or "True" or "False" or "None") throw _stream.Fail($"can't assign to '{token.Text}'", token.Line);
        return RequireAssignable(token.Text, token.Line);
    }

    /// <summary>A target up to the name <paramref name="extraEnd"/> or the end of the tag.</summary>
    private AssignmentTarget ParseTarget(string? extraEnd = null, bool withNamespace = false)
    {
        int line = _stream.Current.Line;
        List<AssignmentTarget> targets = [];
        bool isTuple = false;
        while (!IsTupleEnd(extraEnd))
        {
            targets.Add(ParseSingleTarget(withNamespace));
            if (!_stream.SkipIf(TokenKind.Comma)) break;
            isTuple = true;
        }

        if (targets.Count == 0) throw _stream.Fail($"Expected an expression, got {Repr.Of(_stream.Current.Description)}", line);
        return isTuple ? new TupleTarget([.. targets]) : targets[0];
    }

    private AssignmentTarget ParseSingleTarget(bool withNamespace)
    {
        Token token = _stream.Current;
        if (withNamespace && token.Kind == TokenKind.Name && _stream.Following.Kind == TokenKind.Dot)
        {
            _stream.Next();
            _stream.Next();
            return new NamespaceTarget(token.Text, _stream.Expect(TokenKind.Name).Text);
        }

        return ToTarget(ParsePrimary());
    }

    private AssignmentTarget ToTarget(Expression expression) => expression switch
    {
        NameExpression name => new NameTarget(RequireAssignable(name.Name, name.Line)),
        TupleExpression tuple => new TupleTarget([.. tuple.Items.Select(ToTarget)]),
        ConstantExpression => throw _stream.Fail("can't assign to 'const'", expression.Line),
        _ => throw _stream.Fail("can't assign to this expression", expression.Line),
    };

    private string RequireAssignable(string name, int line) => name == Names.Loop && _forDepth > 0
        ? throw _stream.Fail("Can't assign to special loop variable in for-loop target", line, TemplateErrorKind.TemplateAssertionError)
        : name;
}
