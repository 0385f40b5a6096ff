namespace Spa.Engine.Text.Templates;

/// <summary><c>{% if %}</c> with its elifs; opens no scope.</summary>
internal sealed class IfStatement((Expression Test, BlockBody Body)[] branches, BlockBody otherwise, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        context.Line = Line;
        foreach ((Expression test, BlockBody body) in branches)
        {
            if (Truth.Of(test.Evaluate(context, scope))) return body.Execute(context, scope);
        }

        return otherwise.Execute(context, scope);
    }
}
