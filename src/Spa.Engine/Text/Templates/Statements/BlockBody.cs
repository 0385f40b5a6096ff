namespace Spa.Engine.Text.Templates;

/// <summary>Statements in a row.</summary>
internal sealed class BlockBody(Statement[] statements)
{
    public static readonly BlockBody Empty = new([]);

    public Flow Execute(RenderContext context, Scope scope)
    {
        foreach (Statement statement in statements)
        {
            context.Step();
            Flow flow = statement.Execute(context, scope);
            if (flow != Flow.Next) return flow;
        }

        return Flow.Next;
    }

    /// <summary>Executes into a buffer; <paramref name="text"/> is what was written.</summary>
    public Flow Capture(RenderContext context, Scope scope, out string text)
    {
        OutputBuffer outer = context.BeginCapture();
        Flow flow = Execute(context, scope);
        text = context.EndCapture(outer);
        return flow;
    }
}
