namespace Spa.Engine.Text.Templates;

/// <summary><c>and</c> and <c>or</c>: the value of the operand that decides.</summary>
internal sealed class LogicalExpression(bool isAnd, Expression left, Expression right, int line) : Expression(line)
{
    public override object? Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        context.CheckStack();
        object? value = left.Evaluate(context, scope);
        return Truth.Of(value) == isAnd ? right.Evaluate(context, scope) : value;
    }
}
