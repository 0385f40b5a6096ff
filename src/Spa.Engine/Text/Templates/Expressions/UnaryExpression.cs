namespace Spa.Engine.Text.Templates;

/// <summary><c>-x</c> or <c>+x</c>.</summary>
internal sealed class UnaryExpression(bool negate, Expression operand, int line) : Expression(line)
{
    public override object? Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        object? value = operand.Evaluate(context, scope);
        context.Line = Line;
        return negate ? Arithmetic.Negate(context, value) : Arithmetic.Plus(context, value);
    }
}
