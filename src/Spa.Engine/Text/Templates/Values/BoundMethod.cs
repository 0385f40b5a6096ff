namespace Spa.Engine.Text.Templates;

/// <summary>A method together with the value it belongs to.</summary>
internal sealed class BoundMethod(Builtin method, object? self) : ICallable
{
    public string Name => method.Name;

    public object? Self => self;

    public object? Call(RenderContext context, Arguments arguments) => method.Invoke(context, self, arguments);
}
