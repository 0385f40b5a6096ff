namespace Spa.Engine.Text.Templates;

/// <summary>A global function; <paramref name="isType"/> marks the ones that Python calls classes.</summary>
internal sealed class FunctionValue(Builtin function, bool isType = false) : ICallable
{
    public string Name => function.Name;

    public bool IsType => isType;

    public object? Call(RenderContext context, Arguments arguments) => function.Invoke(context, null, arguments);
}
