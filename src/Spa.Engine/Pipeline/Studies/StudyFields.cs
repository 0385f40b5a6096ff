using System.Text.Json.Nodes;
using Spa.Engine.Configuration;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>The keys of one mapping of a study file, each taken once; what is left over is unknown.</summary>
internal sealed class StudyFields
{
    private readonly JsonObject _map;
    private readonly string _where;
    private readonly List<string> _known = [];

    /// <param name="node">Must be a mapping.</param>
    /// <param name="where">File and place, for messages.</param>
    public StudyFields(JsonNode? node, string where)
    {
        _where = where;
        _map = node as JsonObject ?? throw Error($"expected keys and values, found {node?.ToJsonString() ?? "nothing"}");
    }

    public UsageException Error(string message) => new($"{_where}: {message}");

    public bool Has(string key) => Take(key) is not null;

    public string Text(string key, string? fallback = null) => Take(key) switch
    {
        null => fallback ?? throw Error($"'{key}' is missing"),
        JsonValue value => value.ToString(),
        var other => throw Wrong(key, "text", other),
    };

    public string? OptionalText(string key) => Has(key) ? Text(key) : null;

    public bool Flag(string key) => Take(key) switch
    {
        null => false,
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        var other => throw Wrong(key, "true or false", other),
    };

    public double Number(string key, double fallback, double low, double high)
    {
        if (Take(key) is not { } node) return fallback;
        return node is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.Number && value.GetValue<double>() is var number && number >= low && number <= high ? number
            : throw Wrong(key, $"a number from {low} to {high}", node);
    }

    public int Whole(string key, int fallback, int low, int high) => Number(key, fallback, low, high) is var number && number == Math.Floor(number) ? (int)number
        : throw Wrong(key, "a whole number", Take(key)!);

    public IReadOnlyList<JsonNode?> List(string key) => Take(key) switch
    {
        null => [],
        JsonArray list => [.. list],
        var other => throw Wrong(key, "a list", other),
    };

    public IReadOnlyList<string> Texts(string key) => [.. List(key).Select(item => item is JsonValue value ? value.ToString() : throw Wrong(key, "a list of texts", item!))];

    public StudyFields Inner(string key) => new(Take(key) ?? new JsonObject(), $"{_where}: {key}");

    /// <summary>A mapping of settings as overrides; nested mappings become dotted paths.</summary>
    public IReadOnlyList<string> Settings(string key) => Take(key) switch
    {
        null => [],
        JsonObject map => [.. Assignments(map, "")],
        var other => throw Wrong(key, "settings as keys and values", other),
    };

    /// <summary>Refuses the first key that nobody asked for.</summary>
    public void Finish()
    {
        foreach ((string key, _) in _map)
            if (!_known.Contains(key)) throw Error($"unknown key '{key}'{Spelling.Hint(key, _known)}; known are {string.Join(", ", _known.Distinct())}");
    }

    private JsonNode? Take(string key)
    {
        _known.Add(key);
        return _map[key];
    }

    private UsageException Wrong(string key, string expected, JsonNode found) => Error($"'{key}' must be {expected}; found {found.ToJsonString()}");

    private static IEnumerable<string> Assignments(JsonObject map, string prefix) => map.SelectMany(pair => pair.Value is JsonObject inner
        ? Assignments(inner, $"{prefix}{pair.Key}.")
        : [$"{prefix}{pair.Key}={pair.Value?.ToJsonString() ?? "null"}"]);
}
