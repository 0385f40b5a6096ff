namespace Spa.Engine.Text.Templates;

/// <summary>A chain of comparisons, which ends at the first that does not hold.</summary>
internal sealed class CompareExpression(Expression first, (CompareOperator Op, Expression Operand)[] rest, int line) : Expression(line)
{
    public override object? Evaluate(RenderContext context, Scope scope)
    {
        context.Step(rest.Length);
        object? left = first.Evaluate(context, scope);
        foreach ((CompareOperator op, Expression operand) in rest)
        {
            object? right = operand.Evaluate(context, scope);
            context.Line = Line;
            if (!Comparison.Holds(context, op, left, right)) return Box.False;
            left = right;
        }

        return Box.True;
    }
}
