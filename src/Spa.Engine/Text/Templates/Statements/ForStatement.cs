namespace Spa.Engine.Text.Templates;

/// <summary><c>{% for %}</c>. Every round has a scope of its own.</summary>
internal sealed class ForStatement(
    AssignmentTarget target, Expression items, Expression? test, bool recursive, BlockBody body, BlockBody otherwise, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        context.Line = Line;
        object? source = items.Evaluate(context, scope);
        context.Line = Line;
        if (recursive)
        {
            OutputStatement.Write(context, Render(context, scope, source, 0));
            return Flow.Next;
        }

        return Run(context, scope, source, null, 0);
    }

    /// <summary>The whole loop over other items, as the text it writes: what calling <c>loop</c> does.</summary>
    private object Render(RenderContext context, Scope scope, object? source, int depth)
    {
        context.EnterCall();
        OutputBuffer outer = context.BeginCapture();
        Run(context, scope, source, (inner, innerDepth) => Render(context, scope, inner, innerDepth), depth);
        string text = context.EndCapture(outer);
        context.LeaveCall();
        return context.AutoEscape ? new Markup(text) : text;
    }

    private Flow Run(RenderContext context, Scope scope, object? source, Func<object?, int, object?>? recurse, int depth)
    {
        if (test is not null) source = new GeneratorValue("t_1", source, Filter(context, scope, source));
        LoopValue loop = new(new ItemReader(context, source), recurse, depth);
        while (loop.MoveNext(out object? item))
        {
            Scope inner = new(scope);
            inner.Set(Names.Loop, loop);
            target.Assign(context, inner, item);
            if (body.Execute(context, inner) == Flow.Break) break;
        }

        return loop.Index0 < 0 ? otherwise.Execute(context, new Scope(scope)) : Flow.Next;
    }

    private IEnumerable<object?> Filter(RenderContext context, Scope scope, object? source)
    {
        ItemReader reader = new(context, source);
        while (reader.TryNext(out object? item))
        {
            Scope inner = new(scope);
            context.Line = Line;
            target.Assign(context, inner, item);
            if (Truth.Of(test!.Evaluate(context, inner))) yield return item;
        }
    }
}
