namespace Spa.Engine.Text.Templates;

/// <summary>A function of this library: a filter, a test, a method or a global.</summary>
/// <param name="name">Its name in templates and errors.</param>
/// <param name="parameters">
/// Names of its parameters, separated by spaces: <c>name?</c> may be left out, <c>/name</c> takes no keyword, <c>*name</c> collects
/// positional and <c>**name</c> keyword arguments.
/// </param>
/// <param name="body">Gets the value that it is applied to and the bound arguments.</param>
internal sealed class Builtin(string name, string parameters, Func<RenderContext, object?, BoundArguments, object?> body)
{
    private readonly Signature _signature = new(name, parameters);

    public string Name => name;

    public object? Invoke(RenderContext context, object? self, Arguments arguments)
    {
        context.Step();
        ChargeRead(context, self);
        foreach (object? argument in arguments.Positional) ChargeRead(context, argument);
        return body(context, self, _signature.Bind(arguments));
    }

    /// <summary>Whatever the function does with a string, it may read all of it.</summary>
    private static void ChargeRead(RenderContext context, object? value)
    {
        if (value is string text) context.ChargeRead(text);
        else if (value is Markup markup) context.ChargeRead(markup.Text);
    }
}
