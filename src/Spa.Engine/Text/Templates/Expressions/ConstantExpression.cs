namespace Spa.Engine.Text.Templates;

/// <summary>A literal.</summary>
internal sealed class ConstantExpression(object? value, int line) : Expression(line)
{
    public object? Value => value;

    public override object? Evaluate(RenderContext context, Scope scope) => value;
}
