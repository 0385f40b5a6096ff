namespace Spa.Engine.Text.Templates;

/// <summary>A value that can be called.</summary>
internal interface ICallable
{
    object? Call(RenderContext context, Arguments arguments);
}
