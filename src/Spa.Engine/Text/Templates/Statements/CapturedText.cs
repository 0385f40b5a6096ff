namespace Spa.Engine.Text.Templates;

/// <summary>Stands for the text of a block at the start of the block's filters.</summary>
internal sealed class CapturedText(int line) : Expression(line)
{
    private const string Variable = "\0captured";

    public static void Set(Scope scope, object value) => scope.Set(Variable, value);

    public override object? Evaluate(RenderContext context, Scope scope)
    {
        scope.TryGet(Variable, out object? value);
        return value;
    }
}
