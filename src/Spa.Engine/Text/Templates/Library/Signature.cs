namespace Spa.Engine.Text.Templates;

/// <summary>The parameters of a function, and how arguments meet them.</summary>
internal sealed class Signature
{
    private readonly string _function;
    private readonly string[] _names;
    private readonly bool[] _positionalOnly;
    private readonly int _required;
    private readonly bool _collectsPositional;
    private readonly bool _collectsNamed;

    public Signature(string function, string parameters)
    {
        _function = function;
        string[] parts = parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _collectsPositional = parts.Any(part => part[0] == '*' && !part.StartsWith("**", StringComparison.Ordinal));
        _collectsNamed = parts.Any(part => part.StartsWith("**", StringComparison.Ordinal));
        string[] plain = [.. parts.Where(part => part[0] != '*')];
        _required = plain.Count(part => !part.EndsWith('?'));
        _positionalOnly = [.. plain.Select(part => part[0] == '/')];
        _names = [.. plain.Select(part => part.Trim('/', '?'))];
    }

    public BoundArguments Bind(Arguments arguments)
    {
        object?[] given = arguments.Positional;
        if (given.Length > _names.Length && !_collectsPositional)
        {
            throw Fail($"takes at most {_names.Length} arguments ({given.Length} given)");
        }

        object?[] bound = new object?[_names.Length];
        int direct = Math.Min(given.Length, bound.Length);
        Array.Copy(given, bound, direct);
        for (int i = direct; i < bound.Length; i++) bound[i] = Missing.Value;
        object?[] rest = given.Length > direct ? given[direct..] : [];
        KeyValuePair<string, object?>[] named = arguments.Named.Length == 0 ? [] : BindNamed(arguments, bound, direct);
        for (int i = direct; i < _required; i++)
        {
            if (bound[i] is Missing) throw Fail($"missing required argument: '{_names[i]}'");
        }

        return new BoundArguments(_function, bound, rest, named);
    }

    private KeyValuePair<string, object?>[] BindNamed(Arguments arguments, object?[] bound, int direct)
    {
        List<KeyValuePair<string, object?>> left = [];
        foreach (KeyValuePair<string, object?> pair in arguments.Named)
        {
            int at = Array.IndexOf(_names, pair.Key);
            if (at < 0 || _positionalOnly[at])
            {
                if (!_collectsNamed) throw Fail($"got an unexpected keyword argument '{pair.Key}'");
                left.Add(pair);
            }
            else
            {
                if (at < direct) throw Fail($"got multiple values for argument '{pair.Key}'");
                bound[at] = pair.Value;
            }
        }

        return [.. left];
    }

    private TemplateException Fail(string reason) => new(TemplateErrorKind.TypeError, $"{_function}() {reason}");
}
