namespace Spa.Engine.Text.Templates;

/// <summary><c>{% set target | filter %} ... {% endset %}</c>: the text of a block becomes a value.</summary>
internal sealed class SetBlockStatement(AssignmentTarget target, Expression filtered, BlockBody body, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        Scope inner = new(scope);
        Flow flow = body.Capture(context, inner, out string text);
        if (flow != Flow.Next) return flow;
        CapturedText.Set(inner, context.AutoEscape ? new Markup(text) : text);
        context.Line = Line;
        object? value = filtered.Evaluate(context, inner);
        target.Check(scope);
        target.Assign(context, scope, value);
        return Flow.Next;
    }
}
