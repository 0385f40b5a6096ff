using System.Runtime.CompilerServices;

namespace Spa.Engine.Text.Templates;

/// <summary>Turns tokens into statements. This part holds the state and the body of blocks; the other parts each kind of construct.</summary>
internal sealed partial class Parser
{
    private const int MaxNesting = 200;
    private const int MaxSourceLength = 1 << 20;
    private readonly TokenStream _stream;
    private readonly UnknownNames _unknown = new();
    private readonly Stack<string[]> _endTags = new();
    private readonly Stack<string> _tags = new();
    private readonly Stack<HashSet<string>> _macroNames = new();
    private readonly HashSet<string> _blocks = [];
    private int _nesting;
    private int _loopDepth;
    private int _forDepth;

    private Parser(TokenStream stream) => _stream = stream;

    /// <exception cref="TemplateException">The source is no template.</exception>
    public static BlockBody Parse(string source, string name)
    {
        if (source.Length > MaxSourceLength)
        {
            throw new TemplateException(
                TemplateErrorKind.LimitExceeded, $"a template of {source.Length} characters, of at most {MaxSourceLength}", name, 1);
        }

        try
        {
            Parser parser = new(new TokenStream(Lexer.Tokenize(source, name), name));
            BlockBody body = parser.ParseUntil([]);
            parser._unknown.ThrowFirst();
            return body;
        }
        catch (TemplateException e) when (e.Line == 0)
        {
            throw e.At(name, 1);
        }
    }

    /// <summary>Statements and text up to a tag of <paramref name="ends"/>, whose name is then current, or to the end of the template.</summary>
    private BlockBody ParseUntil(string[] ends)
    {
        Enter();
        if (ends.Length > 0) _endTags.Push(ends);
        List<Statement> statements = [];
        while (_stream.Current.Kind != TokenKind.End)
        {
            Token token = _stream.Next();
            if (token.Kind == TokenKind.Data)
            {
                statements.Add(new TextStatement(token.Text, token.Line));
            }
            else if (token.Kind == TokenKind.VariableBegin)
            {
                Expression expression = ParseTuple();
                _stream.Expect(TokenKind.VariableEnd);
                statements.Add(new OutputStatement(expression, expression.Line));
            }
            else
            {
                if (_stream.Current.Kind == TokenKind.Name && ends.Contains(_stream.Current.Text)) break;
                statements.AddRange(ParseStatement());
                _stream.Expect(TokenKind.BlockEnd);
            }
        }

        if (ends.Length > 0)
        {
            if (_stream.Current.Kind == TokenKind.End) throw FailTag(null, _stream.Current.Line);
            _endTags.Pop();
        }

        _nesting--;
        return statements.Count == 0 ? BlockBody.Empty : new BlockBody([.. statements]);
    }

    /// <summary>The body of a block whose opening tag is about to end. The end tag's name is consumed and returned.</summary>
    private (BlockBody Body, string End) ParseBody(params string[] ends)
    {
        _stream.SkipIf(TokenKind.Colon);
        _stream.Expect(TokenKind.BlockEnd);
        BlockBody body = ParseUntil(ends);
        return (body, _stream.Next().Text);
    }

    /// <summary>A body with variables of its own; <paramref name="function"/> if no loop around it can be left from inside.</summary>
    private (BlockBody Body, string End) ParseScopedBody(bool function, params string[] ends)
    {
        int mark = _unknown.Mark;
        int loops = _loopDepth;
        if (function) _loopDepth = 0;
        (BlockBody Body, string End) result = ParseBody(ends);
        _loopDepth = loops;
        _unknown.Settle(mark);
        return result;
    }

    /// <summary>Every recursion of the parser passes here: nesting is bounded, and so is what evaluating the result needs of the stack.</summary>
    private void Enter()
    {
        if (++_nesting > MaxNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw _stream.Fail($"more than {MaxNesting} levels of nesting", 0, TemplateErrorKind.LimitExceeded);
        }
    }

    /// <summary>The error for a tag that does not belong here; null for the end of the template.</summary>
    private TemplateException FailTag(string? tag, int line)
    {
        string reason = tag is null ? "Unexpected end of template." : $"Encountered unknown tag {Repr.Of(tag)}.";
        if (_endTags.Count > 0)
        {
            string wanted = string.Join(" or ", _endTags.Peek().Select(Repr.Of));
            bool misplaced = tag is not null && _endTags.Any(ends => ends.Contains(tag));
            reason += misplaced
                ? $" You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for {wanted}."
                : $" Jinja was looking for the following tags: {wanted}.";
        }

        if (_tags.Count > 0) reason += $" The innermost block that needs to be closed is {Repr.Of(_tags.Peek())}.";
        return _stream.Fail(reason, line);
    }
}
