namespace Spa.Engine.Text.Templates;

internal sealed class NameTarget(string name) : AssignmentTarget
{
    public override void Assign(RenderContext context, Scope scope, object? value) => scope.Set(name, value);
}
