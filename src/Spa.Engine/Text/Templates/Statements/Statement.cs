namespace Spa.Engine.Text.Templates;

/// <summary>A part of a template that does something. Parsed once, executed by any number of threads.</summary>
internal abstract class Statement(int line)
{
    public int Line { get; } = line;

    public abstract Flow Execute(RenderContext context, Scope scope);
}
