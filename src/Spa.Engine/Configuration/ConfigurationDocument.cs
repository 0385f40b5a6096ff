using System.Text.Json.Nodes;

namespace Spa.Engine.Configuration;

/// <summary>A configuration as it was written, before its keys are looked at, with the place of each.</summary>
public sealed class ConfigurationDocument(string name)
{
    private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);

    /// <summary>The file's path, or another name for messages.</summary>
    public string Name { get; } = name;

    /// <summary>The keys in their order. Numbers may be read as any numeric type.</summary>
    public JsonObject Root { get; internal set; } = [];

    /// <summary>Where the key was written, for the front of a message: <c>config.yaml:12</c> or <c>--set</c>.</summary>
    public string Place(string path)
    {
        for (string at = path; at.Length > 0; at = at.Contains('.') ? at[..at.LastIndexOf('.')] : "")
        {
            if (_places.TryGetValue(at, out string? place)) return place;
        }

        return Name;
    }

    internal void SetPlace(string path, int line) => _places[path] = $"{Name}:{line}";

    internal void SetPlace(string path, string place) => _places[path] = place;

    /// <summary>The value at a dotted path. False where the key is not written; a written null gives true.</summary>
    internal bool TryGet(string path, out JsonNode? value)
    {
        value = Root;
        foreach (string part in path.Split('.'))
        {
            if (value is not JsonObject map || !map.TryGetPropertyValue(part, out value)) return false;
        }

        return true;
    }
}
