namespace Spa.Engine.Text.Templates;

/// <summary>The methods of one type. Names that would change the value are known but have no method: the sandbox keeps them back.</summary>
internal sealed class MethodTable
{
    private readonly Dictionary<string, Builtin?> _methods = [];

    public MethodTable(IEnumerable<Builtin> methods, params string[] forbidden)
    {
        foreach (Builtin method in methods) _methods.Add(method.Name, method);
        foreach (string name in forbidden) _methods.Add(name, null);
    }

    public bool TryGet(string name, out Builtin? method) => _methods.TryGetValue(name, out method);
}
