namespace Spa.Engine.Text.Templates;

/// <summary>A variable.</summary>
internal sealed class NameExpression(string name, int line) : Expression(line)
{
    public string Name => name;

    public override object? Evaluate(RenderContext context, Scope scope)
    {
        if (scope.TryGet(name, out object? value)) return value is Missing ? Undefined.Variable(name) : value;
        return Globals.TryGet(name, out value) ? value : Undefined.Variable(name);
    }
}
