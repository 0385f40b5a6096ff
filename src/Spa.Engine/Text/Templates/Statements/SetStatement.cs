namespace Spa.Engine.Text.Templates;

/// <summary><c>{% set target = value %}</c>.</summary>
internal sealed class SetStatement(AssignmentTarget target, Expression value, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        context.Line = Line;
        target.Check(scope);
        object? result = value.Evaluate(context, scope);
        context.Line = Line;
        target.Assign(context, scope, result);
        return Flow.Next;
    }
}
