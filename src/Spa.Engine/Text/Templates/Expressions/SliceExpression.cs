namespace Spa.Engine.Text.Templates;

/// <summary>The bounds inside <c>x[start:stop:step]</c>.</summary>
internal sealed class SliceExpression(Expression? start, Expression? stop, Expression? step, int line) : Expression(line)
{
    public override object? Evaluate(RenderContext context, Scope scope) =>
        new SliceValue(start?.Evaluate(context, scope), stop?.Evaluate(context, scope), step?.Evaluate(context, scope));
}
