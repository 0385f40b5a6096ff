namespace Spa.Engine.Text.Templates;

/// <summary><c>{% block %}</c>: without inheritance it is just its body, which sees the outermost variables unless it is scoped.</summary>
internal sealed class BlockStatement(bool scoped, BlockBody body, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        context.CheckStack();
        return body.Execute(context, new Scope(scoped ? scope : context.Root!));
    }
}
