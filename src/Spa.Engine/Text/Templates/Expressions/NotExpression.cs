namespace Spa.Engine.Text.Templates;

/// <summary><c>not x</c>.</summary>
internal sealed class NotExpression(Expression operand, int line) : Expression(line)
{
    public override object? Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        return Box.Of(!Truth.Of(operand.Evaluate(context, scope)));
    }
}
