namespace Spa.Engine.Text.Templates;

/// <summary>The arguments written in a call.</summary>
internal sealed class ArgumentList(Expression[] positional, (string Name, Expression Value)[] named, Expression? star, Expression? doubleStar)
{
    public static readonly ArgumentList Empty = new([], [], null, null);

    public bool IsEmpty => positional.Length == 0 && named.Length == 0 && star is null && doubleStar is null;

    public Arguments Evaluate(RenderContext context, Scope scope, MacroValue? caller = null)
    {
        if (IsEmpty && caller is null) return Arguments.None;
        object?[] values = ListExpression.EvaluateAll(context, scope, positional);
        if (star is not null) values = [.. values, .. Sequences.ToArray(context, star.Evaluate(context, scope))];
        if (named.Length == 0 && doubleStar is null && caller is null) return new Arguments(values, []);

        List<KeyValuePair<string, object?>> pairs = new(named.Length + 1);
        context.Step(named.Length);
        foreach ((string name, Expression value) in named) pairs.Add(new(name, value.Evaluate(context, scope))); // the parser lets no name through twice
        if (caller is not null) Add(pairs, Names.Caller, caller);
        if (doubleStar is not null) AddAll(context, pairs, doubleStar.Evaluate(context, scope));
        return new Arguments(values, [.. pairs]);
    }

    private static void AddAll(RenderContext context, List<KeyValuePair<string, object?>> pairs, object? value)
    {
        if (value is Undefined missing) throw missing.Error(context);
        DictValue dict = value as DictValue
            ?? throw new TemplateException(TemplateErrorKind.TypeError, $"argument after ** must be a mapping, not {TypeName.Of(value)}");
        context.Step((long)dict.Count * (pairs.Count + dict.Count));
        for (int i = 0; i < dict.Count; i++)
        {
            if (dict.KeyAt(i) is not string name) throw new TemplateException(TemplateErrorKind.TypeError, "keywords must be strings");
            Add(pairs, name, dict.ValueAt(i));
        }
    }

    private static void Add(List<KeyValuePair<string, object?>> pairs, string name, object? value)
    {
        foreach ((string other, _) in pairs)
        {
            if (other == name) throw new TemplateException(TemplateErrorKind.TypeError, $"got multiple values for keyword argument {Repr.Of(name)}");
        }

        pairs.Add(new KeyValuePair<string, object?>(name, value));
    }
}
