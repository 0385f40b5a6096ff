namespace Spa.Engine.Text.Templates;

/// <summary><c>{{ expression }}</c>.</summary>
internal sealed class OutputStatement(Expression expression, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        context.Line = Line;
        object? value = expression.Evaluate(context, scope);
        Write(context, value);
        return Flow.Next;
    }

    public static void Write(RenderContext context, object? value) =>
        context.Output.Append(context.AutoEscape ? Markup.Escape(context, value).Text : Printer.Text(context, value));
}
