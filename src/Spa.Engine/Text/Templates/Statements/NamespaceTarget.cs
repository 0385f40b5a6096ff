namespace Spa.Engine.Text.Templates;

/// <summary><c>ns.attribute</c>.</summary>
internal sealed class NamespaceTarget(string name, string attribute) : AssignmentTarget
{
    public override void Check(Scope scope) => Find(scope);

    public override void Assign(RenderContext context, Scope scope, object? value) => Find(scope).Set(attribute, value);

    private NamespaceValue Find(Scope scope) => scope.TryGet(name, out object? value) && value is NamespaceValue space
        ? space
        : throw new TemplateException(TemplateErrorKind.TemplateRuntimeError, "cannot assign attribute on non-namespace object");
}
