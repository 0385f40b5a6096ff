namespace Spa.Engine.Text.Templates;

/// <summary><c>{% filter name %} ... {% endfilter %}</c>.</summary>
internal sealed class FilterBlockStatement(Expression filtered, BlockBody body, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        Scope inner = new(scope);
        Flow flow = body.Capture(context, inner, out string text);
        if (flow != Flow.Next) return flow;
        CapturedText.Set(inner, context.AutoEscape ? new Markup(text) : text);
        context.Line = Line;
        OutputStatement.Write(context, filtered.Evaluate(context, inner));
        return Flow.Next;
    }
}
