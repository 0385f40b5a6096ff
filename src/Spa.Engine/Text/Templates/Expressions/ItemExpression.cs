namespace Spa.Engine.Text.Templates;

/// <summary><c>x[key]</c>.</summary>
internal sealed class ItemExpression(Expression owner, Expression key, int line) : Expression(line)
{
    public override object? Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        context.CheckStack();
        object? value = owner.Evaluate(context, scope);
        object? index = key.Evaluate(context, scope);
        context.Line = Line;
        return index is SliceValue slice ? Slicing.Apply(context, value, slice) : Attributes.GetItem(context, value, index);
    }
}
