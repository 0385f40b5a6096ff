namespace Spa.Engine.Text.Templates;

/// <summary><c>{% call macro() %}</c>: the macro may render the body as <c>caller()</c>.</summary>
internal sealed class CallBlockStatement(CallExpression call, MacroDefinition definition, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        context.Line = Line;
        OutputStatement.Write(context, call.Evaluate(context, scope, new MacroValue(definition, scope)));
        return Flow.Next;
    }
}
