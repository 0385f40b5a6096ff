namespace Spa.Engine.Text.Templates;

/// <summary>Variables that the language itself sets. The parser uses these very objects, because scopes compare names by reference.</summary>
internal static class Names
{
    public static readonly string Loop = "loop";
    public static readonly string Caller = "caller";
    public static readonly string Kwargs = "kwargs";
    public static readonly string Varargs = "varargs";

    public static readonly string[] All = [Loop, Caller, Kwargs, Varargs];
}
