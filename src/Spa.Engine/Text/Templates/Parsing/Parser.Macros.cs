namespace Spa.Engine.Text.Templates;

internal sealed partial class Parser
{
    private MacroStatement ParseMacro()
    {
        int line = _stream.Next().Line;
        string name = ParseStoredName();
        (string[] parameters, Expression[] defaults) = ParseSignature();
        return new MacroStatement(ParseMacroBody(name, parameters, defaults, "endmacro", line), line);
    }

    private CallBlockStatement ParseCallBlock()
    {
        int line = _stream.Next().Line;
        (string[] parameters, Expression[] defaults) = _stream.Current.Kind == TokenKind.LeftParen ? ParseSignature() : ([], []);
        CallExpression call = ParseExpression() as CallExpression ?? throw _stream.Fail("expected call", line);
        return new CallBlockStatement(call, ParseMacroBody(null, parameters, defaults, "endcall", line), line);
    }

    private (string[] Parameters, Expression[] Defaults) ParseSignature()
    {
        List<string> parameters = [];
        HashSet<string> seen = [];
        List<Expression> defaults = [];
        _stream.Expect(TokenKind.LeftParen);
        while (_stream.Current.Kind != TokenKind.RightParen)
        {
            if (parameters.Count > 0) _stream.Expect(TokenKind.Comma);
            string name = ParseStoredName();
            if (!seen.Add(name)) throw _stream.Fail($"duplicate argument '{name}' in function definition", 0, TemplateErrorKind.SyntaxError);
            parameters.Add(name);
            if (_stream.SkipIf(TokenKind.Assign)) defaults.Add(ParseExpression());
            else if (defaults.Count > 0) throw _stream.Fail("non-default argument follows default argument");
        }

        _stream.Expect(TokenKind.RightParen);
        return ([.. parameters], [.. defaults]);
    }

    private MacroDefinition ParseMacroBody(string? name, string[] parameters, Expression[] defaults, string end, int line)
    {
        HashSet<string> used = [];
        _macroNames.Push(used);
        BlockBody body = ParseScopedBody(true, end).Body;
        _macroNames.Pop();

        // What an inner macro mentions, the outer one mentions too.
        if (_macroNames.TryPeek(out HashSet<string>? outer)) outer.UnionWith(used);
        bool explicitCaller = parameters.Contains(Names.Caller);
        if (explicitCaller && used.Contains(Names.Caller) && Array.IndexOf(parameters, Names.Caller) < parameters.Length - defaults.Length)
        {
            throw _stream.Fail(
                "When defining macros or call blocks the special \"caller\" argument must be omitted or be given a default.",
                line,
                TemplateErrorKind.TemplateAssertionError);
        }

        return new MacroDefinition
        {
            Name = name,
            Parameters = parameters,
            Defaults = defaults,
            Body = body,
            UsesCaller = used.Contains(Names.Caller) && !explicitCaller,
            UsesKwargs = used.Contains(Names.Kwargs) && !parameters.Contains(Names.Kwargs),
            UsesVarargs = used.Contains(Names.Varargs) && !parameters.Contains(Names.Varargs),
        };
    }
}
