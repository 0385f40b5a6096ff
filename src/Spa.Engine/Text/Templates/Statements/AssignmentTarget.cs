namespace Spa.Engine.Text.Templates;

/// <summary>What <c>set</c>, <c>for</c> and <c>with</c> assign to.</summary>
internal abstract class AssignmentTarget
{
    public abstract void Assign(RenderContext context, Scope scope, object? value);

    /// <summary>Fails if an attribute would be set on something else than a namespace; checked before the value is computed.</summary>
    public virtual void Check(Scope scope) { }
}
