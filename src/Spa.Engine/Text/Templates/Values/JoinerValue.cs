namespace Spa.Engine.Text.Templates;

/// <summary>Returns nothing at its first call and its separator at every later one.</summary>
internal sealed class JoinerValue(object? separator) : ICallable
{
    private bool _used;

    public object? Call(RenderContext context, Arguments arguments)
    {
        if (arguments.Positional.Length + arguments.Named.Length > 0) throw new TemplateException(TemplateErrorKind.TypeError, "a joiner takes no arguments");
        if (_used) return separator;
        _used = true;
        return "";
    }
}
