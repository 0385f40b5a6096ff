namespace Spa.Engine.Text.Templates;

/// <summary><c>(a, b)</c> or <c>a, b</c>.</summary>
internal sealed class TupleExpression(Expression[] items, int line) : Expression(line)
{
    public Expression[] Items => items;

    public override object? Evaluate(RenderContext context, Scope scope) => new TupleValue(ListExpression.EvaluateAll(context, scope, items));
}
