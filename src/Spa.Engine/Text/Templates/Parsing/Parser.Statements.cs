namespace Spa.Engine.Text.Templates;

internal sealed partial class Parser
{
    /// <summary>One tag with all that belongs to it, up to the end of its last tag.</summary>
    private Statement[] ParseStatement()
    {
        Token tag = _stream.Current;
        if (tag.Kind != TokenKind.Name) throw _stream.Fail("tag name expected");
        if (tag.Text == "print")
        {
            _stream.Next();
            return ParsePrint();
        }

        _tags.Push(tag.Text);
        Statement? statement = ParseTag(tag);
        _tags.Pop();
        return statement is null ? throw FailTag(tag.Text, tag.Line) : [statement];
    }

    /// <summary>Null for a tag that does not exist.</summary>
    private Statement? ParseTag(Token tag)
    {
        int line = tag.Line;
        switch (tag.Text)
        {
            case "if": return ParseIf();
            case "for": return ParseFor();
            case "set": return ParseSet();
            case "macro": return ParseMacro();
            case "call": return ParseCallBlock();
            case "with": return ParseWith();
            case "block": return ParseBlock();
            case "include" or "extends" or "import" or "from":
                _stream.Next();
                while (_stream.Current.Kind is not (TokenKind.BlockEnd or TokenKind.End)) _stream.Next();
                return new LoadStatement(line);
            case "break" or "continue":
                _stream.Next();
                if (_loopDepth == 0) throw _stream.Fail($"'{tag.Text}' outside loop", line, TemplateErrorKind.SyntaxError);
                return new LoopControlStatement(tag.Text == "break" ? Flow.Break : Flow.Continue, line);
            case "filter":
                _stream.Next();
                Expression filtered = ParseFilters(new CapturedText(line), startsWithName: true);
                return new FilterBlockStatement(filtered, ParseScopedBody(false, "endfilter").Body, line);
            case "autoescape":
                _stream.Next();
                Expression enabled = ParseExpression();
                return new AutoEscapeStatement(enabled, ParseScopedBody(false, "endautoescape").Body, line);
            case "generation":
                _stream.Next();
                return new GenerationStatement(ParseScopedBody(true, "endgeneration").Body, line);
        }

        // Take the tag off again: it is not open, and the error names the block around it.
        _tags.Pop();
        throw FailTag(tag.Text, line);
    }

    private Statement[] ParsePrint()
    {
        List<Statement> statements = [];
        while (_stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (statements.Count > 0) _stream.Expect(TokenKind.Comma);
            Expression expression = ParseExpression();
            statements.Add(new OutputStatement(expression, expression.Line));
        }

        return [.. statements];
    }

    private IfStatement ParseIf()
    {
        int line = _stream.Next().Line;
        int mark = _unknown.Mark;
        List<(Expression, BlockBody)> branches = [];
        BlockBody otherwise = BlockBody.Empty;
        for (string end = "elif"; end == "elif";)
        {
            Expression test = ParseTuple(withCondition: false);
            (BlockBody body, end) = ParseBody("elif", "else", "endif");
            branches.Add((test, body));
            if (end == "else") otherwise = ParseBody("endif").Body;
        }

        _unknown.Forgive(mark);
        return new IfStatement([.. branches], otherwise, line);
    }

    private ForStatement ParseFor()
    {
        int line = _stream.Next().Line;
        _forDepth++;
        AssignmentTarget target = ParseTarget("in");
        _stream.ExpectName("in");
        Expression items = ParseTuple(withCondition: false, extraEnd: "recursive");
        int mark = _unknown.Mark;
        Expression? test = _stream.SkipIfName("if") ? ParseExpression() : null;
        _unknown.Settle(mark);
        bool recursive = _stream.SkipIfName("recursive");
        _loopDepth++;
        (BlockBody body, string end) = ParseScopedBody(false, "endfor", "else");
        _loopDepth--;
        BlockBody otherwise = end == "else" ? ParseScopedBody(recursive, "endfor").Body : BlockBody.Empty;
        _forDepth--;
        return new ForStatement(target, items, test, recursive, body, otherwise, line);
    }

    private Statement ParseSet()
    {
        int line = _stream.Next().Line;
        AssignmentTarget target = ParseTarget(withNamespace: true);
        if (_stream.SkipIf(TokenKind.Assign)) return new SetStatement(target, ParseTuple(), line);
        int mark = _unknown.Mark;
        Expression filtered = ParseFilters(new CapturedText(line), startsWithName: false);
        _unknown.Settle(mark);
        return new SetBlockStatement(target, filtered, ParseScopedBody(false, "endset").Body, line);
    }

    private ScopeStatement ParseWith()
    {
        int line = _stream.Next().Line;
        List<(AssignmentTarget, Expression)> variables = [];
        while (_stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0) _stream.Expect(TokenKind.Comma);
            AssignmentTarget target = ParseTarget();
            _stream.Expect(TokenKind.Assign);
            variables.Add((target, ParseExpression()));
        }

        return new ScopeStatement([.. variables], ParseScopedBody(false, "endwith").Body, line);
    }

    private BlockStatement ParseBlock()
    {
        int line = _stream.Next().Line;
        string name = _stream.Expect(TokenKind.Name).Text;
        if (!_blocks.Add(name)) throw _stream.Fail($"block {Repr.Of(name)} defined twice", line, TemplateErrorKind.TemplateAssertionError);
        bool scoped = _stream.SkipIfName("scoped");
        bool required = _stream.SkipIfName("required");
        if (_stream.Current.Kind == TokenKind.Sub)
        {
            throw _stream.Fail("Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.");
        }

        BlockBody body = ParseScopedBody(true, "endblock").Body;
        if (required) throw _stream.Fail($"Required block {Repr.Of(name)} not found", line, TemplateErrorKind.TemplateRuntimeError);
        _stream.SkipIfName(name);
        return new BlockStatement(scoped, body, line);
    }
}
