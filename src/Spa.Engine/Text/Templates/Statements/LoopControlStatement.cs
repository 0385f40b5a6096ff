namespace Spa.Engine.Text.Templates;

/// <summary><c>{% break %}</c> and <c>{% continue %}</c>.</summary>
internal sealed class LoopControlStatement(Flow flow, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope) => flow;
}
