namespace Spa.Engine.Text.Templates;

/// <summary><c>{key: value}</c>.</summary>
internal sealed class DictExpression((Expression Key, Expression Value)[] items, int line) : Expression(line)
{
    public override object? Evaluate(RenderContext context, Scope scope)
    {
        context.Step(items.Length);
        DictValue dict = new(context.Keys, Math.Max(4, items.Length));
        foreach ((Expression key, Expression value) in items)
        {
            object? name = key.Evaluate(context, scope);
            object? item = value.Evaluate(context, scope);
            context.Line = Line;
            dict.Set(name, item);
        }

        return dict;
    }
}
