namespace Spa.Engine.Text.Templates;

/// <summary><c>x.name</c>.</summary>
internal sealed class AttributeExpression(Expression owner, string name, int line) : Expression(line)
{
    public Expression Owner => owner;

    public string Name => name;

    public override object? Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        context.CheckStack();
        object? value = owner.Evaluate(context, scope);
        context.Line = Line;
        return Attributes.Get(context, value, name);
    }
}
