namespace Spa.Engine.Text.Templates;

/// <summary><c>a, b</c>: takes a value with exactly as many items.</summary>
internal sealed class TupleTarget(AssignmentTarget[] targets) : AssignmentTarget
{
    public override void Check(Scope scope)
    {
        foreach (AssignmentTarget target in targets) target.Check(scope);
    }

    public override void Assign(RenderContext context, Scope scope, object? value)
    {
        if (!Sequences.IsIterable(value)) throw new TemplateException(TemplateErrorKind.TypeError, $"cannot unpack non-iterable {TypeName.Of(value)} object");
        object?[] items = new object?[targets.Length];
        ItemReader reader = new(context, value);
        for (int i = 0; i < items.Length; i++)
        {
            if (!reader.TryNext(out items[i])) throw Fail($"not enough values to unpack (expected {items.Length}, got {i})");
        }

        if (reader.TryNext(out _)) throw Fail($"too many values to unpack (expected {items.Length})");
        for (int i = 0; i < items.Length; i++) targets[i].Assign(context, scope, items[i]);
    }

    private static TemplateException Fail(string reason) => new(TemplateErrorKind.ValueError, reason);
}
