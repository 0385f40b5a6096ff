namespace Spa.Engine.Text.Templates;

/// <summary><c>a if test else b</c>; undefined where there is no else.</summary>
internal sealed class ConditionalExpression(Expression test, Expression whenTrue, Expression? whenFalse, int line) : Expression(line)
{
    public override object? Evaluate(RenderContext context, Scope scope)
    {
        context.Step();
        context.CheckStack();
        if (Truth.Of(test.Evaluate(context, scope))) return whenTrue.Evaluate(context, scope);
        return whenFalse is not null
            ? whenFalse.Evaluate(context, scope)
            : Undefined.Because($"the inline if-expression on line {Line} evaluated to false and no else section was defined.");
    }
}
