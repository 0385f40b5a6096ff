namespace Spa.Engine.Text.Templates;

/// <summary>The evaluated arguments of a call.</summary>
internal readonly record struct Arguments(object?[] Positional, KeyValuePair<string, object?>[] Named)
{
    public static readonly Arguments None = new([], []);

    public bool TryNamed(string name, out object? value)
    {
        foreach ((string key, object? candidate) in Named)
        {
            if (key != name) continue;
            value = candidate;
            return true;
        }

        value = null;
        return false;
    }

    /// <summary>The same arguments without the first positional one.</summary>
    public Arguments Rest(int skip) => new(Positional[skip..], Named);
}
