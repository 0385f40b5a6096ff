namespace Spa.Engine.Text.Templates;

/// <summary><c>{% with a = 1 %}</c>; the values do not see each other.</summary>
internal sealed class ScopeStatement((AssignmentTarget Target, Expression Value)[] variables, BlockBody body, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        Scope inner = new(scope);
        foreach ((AssignmentTarget target, Expression value) in variables)
        {
            context.Line = Line;
            target.Assign(context, inner, value.Evaluate(context, scope));
        }

        return body.Execute(context, inner);
    }
}
