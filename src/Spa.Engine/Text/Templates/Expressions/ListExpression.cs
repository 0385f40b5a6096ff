namespace Spa.Engine.Text.Templates;

/// <summary><c>[a, b]</c>.</summary>
internal sealed class ListExpression(Expression[] items, int line) : Expression(line)
{
    public override object? Evaluate(RenderContext context, Scope scope) => new ListValue(EvaluateAll(context, scope, items));

    public static object?[] EvaluateAll(RenderContext context, Scope scope, Expression[] items)
    {
        if (items.Length == 0) return [];
        context.Step(items.Length);
        object?[] values = new object?[items.Length];
        for (int i = 0; i < values.Length; i++) values[i] = items[i].Evaluate(context, scope);
        return values;
    }
}
