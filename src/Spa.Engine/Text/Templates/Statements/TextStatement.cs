namespace Spa.Engine.Text.Templates;

/// <summary>Text between tags.</summary>
internal sealed class TextStatement(string text, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        context.Line = Line;
        context.Output.Append(text);
        return Flow.Next;
    }
}
