namespace Spa.Engine.Text.Templates;

/// <summary><c>f(arguments)</c>.</summary>
internal sealed class CallExpression(Expression callee, ArgumentList arguments, int line) : Expression(line)
{
    public override object? Evaluate(RenderContext context, Scope scope) => Evaluate(context, scope, null);

    /// <param name="context">The rendering.</param>
    /// <param name="scope">The variables.</param>
    /// <param name="caller">The body of a call block, which the called macro may render.</param>
    public object? Evaluate(RenderContext context, Scope scope, MacroValue? caller)
    {
        context.Step();
        context.CheckStack();
        if (callee is AttributeExpression attribute) return CallAttribute(context, scope, attribute, caller);
        object? target = callee.Evaluate(context, scope);
        return Call(context, target, arguments.Evaluate(context, scope, caller));
    }

    /// <summary>A method is called without first making a value of it and its owner.</summary>
    private object? CallAttribute(RenderContext context, Scope scope, AttributeExpression attribute, MacroValue? caller)
    {
        object? owner = attribute.Owner.Evaluate(context, scope);
        context.Line = Line;
        if (MethodTables.Of(owner) is { } methods && methods.TryGet(attribute.Name, out Builtin? method) && method is not null)
        {
            Arguments bound = arguments.Evaluate(context, scope, caller);
            context.Line = Line;
            return method.Invoke(context, owner, bound);
        }

        object? target = Attributes.Get(context, owner, attribute.Name);
        return Call(context, target, arguments.Evaluate(context, scope, caller));
    }

    private object? Call(RenderContext context, object? target, Arguments bound)
    {
        context.Line = Line;
        return target switch
        {
            ICallable callable => callable.Call(context, bound),
            Undefined missing => throw missing.Error(context),
            _ => throw new TemplateException(TemplateErrorKind.TypeError, $"'{TypeName.Of(target)}' object is not callable"),
        };
    }
}
