namespace Spa.Engine.Text.Templates;

/// <summary>A part of a template that has a value. Parsed once, evaluated by any number of threads.</summary>
internal abstract class Expression(int line)
{
    public int Line { get; } = line;

    public abstract object? Evaluate(RenderContext context, Scope scope);
}
