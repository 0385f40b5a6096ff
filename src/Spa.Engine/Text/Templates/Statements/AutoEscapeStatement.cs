namespace Spa.Engine.Text.Templates;

/// <summary><c>{% autoescape true %}</c>.</summary>
internal sealed class AutoEscapeStatement(Expression enabled, BlockBody body, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        context.Line = Line;
        bool before = context.AutoEscape;
        context.AutoEscape = Truth.Of(enabled.Evaluate(context, scope));
        Flow flow = body.Execute(context, new Scope(scope));
        context.AutoEscape = before;
        return flow;
    }
}
