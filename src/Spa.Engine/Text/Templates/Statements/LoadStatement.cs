namespace Spa.Engine.Text.Templates;

/// <summary><c>include</c>, <c>import</c>, <c>from</c> and <c>extends</c>: a chat template stands alone, so reaching one is an error.</summary>
internal sealed class LoadStatement(int line) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        context.Line = Line;
        throw new TemplateException(TemplateErrorKind.TypeError, "no loader for this environment specified");
    }
}
