namespace Spa.Engine.Text.Templates;

/// <summary><c>{% macro %}</c>.</summary>
internal sealed class MacroStatement(MacroDefinition definition, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context, Scope scope)
    {
        scope.Set(definition.Name!, new MacroValue(definition, scope));
        return Flow.Next;
    }
}
