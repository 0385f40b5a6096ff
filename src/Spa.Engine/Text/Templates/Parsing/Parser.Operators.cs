namespace Spa.Engine.Text.Templates;

/// <summary>
/// Operators, from the loosest to the tightest: if, or, and, not, comparison, + and -, ~, * / // %, **, sign. Filters and tests bind
/// tighter than all of them; a sign binds tighter than ** and than the filter after it.
/// </summary>
internal sealed partial class Parser
{
    private Expression ParseExpression(bool withCondition = true) => withCondition ? ParseConditional() : ParseOr();

    /// <summary>An expression, or a tuple of them without brackets.</summary>
    private Expression ParseTuple(bool withCondition = true, string? extraEnd = null, bool inParentheses = false)
    {
        int line = _stream.Current.Line;
        List<Expression> items = [];
        bool isTuple = false;
        while (!IsTupleEnd(extraEnd))
        {
            items.Add(ParseExpression(withCondition));
            if (!_stream.SkipIf(TokenKind.Comma)) break;
            isTuple = true;
        }

        if (isTuple) return new TupleExpression([.. items], line);
        if (items.Count > 0) return items[0];
        if (!inParentheses) throw _stream.Fail($"Expected an expression, got {Repr.Of(_stream.Current.Description)}");
        return new TupleExpression([], line);
    }

    private bool IsTupleEnd(string? extraEnd) =>
        _stream.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd or TokenKind.RightParen || (extraEnd is not null && _stream.Current.IsName(extraEnd));

    private Expression ParseConditional()
    {
        Enter();
        int line = _stream.Current.Line;
        int mark = _unknown.Mark;
        Expression value = ParseOr();
        while (_stream.SkipIfName("if"))
        {
            Expression test = ParseOr();
            Expression? otherwise = _stream.SkipIfName("else") ? ParseConditional() : null;
            value = new ConditionalExpression(test, value, otherwise, line);
            line = _stream.Current.Line;
            _unknown.Forgive(mark);
        }

        _nesting--;
        return value;
    }

    private Expression ParseOr()
    {
        int line = _stream.Current.Line;
        Expression left = ParseAnd();
        while (_stream.SkipIfName("or")) left = new LogicalExpression(false, left, ParseAnd(), line);
        return left;
    }

    private Expression ParseAnd()
    {
        int line = _stream.Current.Line;
        Expression left = ParseNot();
        while (_stream.SkipIfName("and")) left = new LogicalExpression(true, left, ParseNot(), line);
        return left;
    }

    private Expression ParseNot()
    {
        if (!_stream.Current.IsName("not")) return ParseComparison();
        Enter();
        int line = _stream.Next().Line;
        Expression result = new NotExpression(ParseNot(), line);
        _nesting--;
        return result;
    }

    private Expression ParseComparison()
    {
        int line = _stream.Current.Line;
        Expression first = ParseSum();
        List<(CompareOperator, Expression)> rest = [];
        while (TryComparison(out CompareOperator op)) rest.Add((op, ParseSum()));
        return rest.Count == 0 ? first : new CompareExpression(first, [.. rest], line);
    }

    private bool TryComparison(out CompareOperator op)
    {
        CompareOperator? found = _stream.Current.Kind switch
        {
            TokenKind.Equal => CompareOperator.Equal,
            TokenKind.NotEqual => CompareOperator.NotEqual,
            TokenKind.Less => CompareOperator.Less,
            TokenKind.LessEqual => CompareOperator.LessEqual,
            TokenKind.Greater => CompareOperator.Greater,
            TokenKind.GreaterEqual => CompareOperator.GreaterEqual,
            TokenKind.Name when _stream.Current.Text == "in" => CompareOperator.In,
            TokenKind.Name when _stream.Current.Text == "not" && _stream.Following.IsName("in") => CompareOperator.NotIn,
            _ => null,
        };
        op = found ?? default;
        if (found is null) return false;
        _stream.Next();
        if (op == CompareOperator.NotIn) _stream.Next();
        return true;
    }

    private Expression ParseSum()
    {
        int line = _stream.Current.Line;
        Expression left = ParseConcat();
        while (_stream.Current.Kind is TokenKind.Add or TokenKind.Sub)
        {
            BinaryOperator op = _stream.Next().Kind == TokenKind.Add ? BinaryOperator.Add : BinaryOperator.Subtract;
            left = new BinaryExpression(op, left, ParseConcat(), line);
        }

        return left;
    }

    private Expression ParseConcat()
    {
        int line = _stream.Current.Line;
        Expression first = ParseProduct();
        if (_stream.Current.Kind != TokenKind.Tilde) return first;
        List<Expression> parts = [first];
        while (_stream.SkipIf(TokenKind.Tilde)) parts.Add(ParseProduct());
        return new ConcatExpression([.. parts], line);
    }

    private Expression ParseProduct()
    {
        int line = _stream.Current.Line;
        Expression left = ParsePower();
        while (_stream.Current.Kind is TokenKind.Mul or TokenKind.Div or TokenKind.FloorDiv or TokenKind.Mod)
        {
            BinaryOperator op = _stream.Next().Kind switch
            {
                TokenKind.Mul => BinaryOperator.Multiply,
                TokenKind.Div => BinaryOperator.Divide,
                TokenKind.FloorDiv => BinaryOperator.FloorDivide,
                _ => BinaryOperator.Modulo,
            };
            left = new BinaryExpression(op, left, ParsePower(), line);
        }

        return left;
    }

    private Expression ParsePower()
    {
        int line = _stream.Current.Line;
        Expression left = ParseUnary(withFilters: true);
        while (_stream.SkipIf(TokenKind.Pow)) left = new BinaryExpression(BinaryOperator.Power, left, ParseUnary(withFilters: true), line);
        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        Token token = _stream.Current;
        Expression value;
        if (token.Kind is TokenKind.Sub or TokenKind.Add)
        {
            Enter();
            _stream.Next();
            value = new UnaryExpression(token.Kind == TokenKind.Sub, ParseUnary(withFilters: false), token.Line);
            _nesting--;
        }
        else
        {
            value = ParsePrimary();
        }

        value = ParsePostfix(value);
        return withFilters ? ParseFiltersAndTests(value) : value;
    }
}
