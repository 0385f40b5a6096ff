namespace Spa.Engine.Text.Templates;

/// <summary><c>x | filter(arguments)</c> or <c>x is test(arguments)</c>.</summary>
/// <param name="operand">What it is applied to.</param>
/// <param name="builtin">The filter or test; null for one that does not exist, which is an error only if it is reached.</param>
/// <param name="unknown">What to say then.</param>
/// <param name="arguments">Its arguments.</param>
/// <param name="line">Its line.</param>
internal sealed class BuiltinExpression(Expression operand, Builtin? builtin, string unknown, ArgumentList arguments, int line) : Expression(line)
{
    public override object? Evaluate(RenderContext context, Scope scope)
    {
        context.CheckStack();
        object? value = operand.Evaluate(context, scope);
        Arguments bound = arguments.Evaluate(context, scope);
        context.Line = Line;
        if (builtin is null) throw new TemplateException(TemplateErrorKind.TemplateRuntimeError, unknown);
        return builtin.Invoke(context, value, bound);
    }
}
