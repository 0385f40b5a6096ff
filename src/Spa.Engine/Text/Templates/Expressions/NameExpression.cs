namespace Spa.Engine.Text.Templates;

/// <summary>A variable.</summary>
internal sealed class NameExpression(string name, int line) : Expression(line)
{
    /// <summary>A name may have to be looked for in every scope around.</summary>
    private const int ScopesPerWork = 8;

    public string Name => name;

    public override object? Evaluate(RenderContext context, Scope scope)
    {
        context.Step(1 + scope.Depth / ScopesPerWork);
        if (scope.TryGet(name, out object? value)) return value is Missing ? Undefined.Variable(name) : value;
        return Globals.TryGet(name, out value) ? value : Undefined.Variable(name);
    }
}
