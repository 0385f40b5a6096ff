namespace Spa.Engine.Text.Templates;

/// <summary>An arithmetic operator and its operands.</summary>
internal sealed class BinaryExpression(BinaryOperator op, Expression left, Expression right, int line) : Expression(line)
{
    public override object? Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        context.CheckStack();
        object? a = left.Evaluate(context, scope);
        object? b = right.Evaluate(context, scope);
        context.Line = Line;
        return Arithmetic.Apply(context, op, a, b);
    }
}
