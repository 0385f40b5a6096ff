using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Configuration;

/// <summary>Turns a written value into the typed one of its key, or says in one line what was expected.</summary>
internal static class ConfigurationValues
{
    /// <summary>Items of a list; a configuration has a few dozen.</summary>
    private const int MaxItems = 10_000;

    /// <summary>The value as string, int, long, double, bool, a <see cref="ValueList{T}"/> of these, or null.</summary>
    /// <exception cref="UsageException">The type or the range is wrong; the message begins with <paramref name="place"/>.</exception>
    public static object? Convert(ConfigurationKey key, ConfigurationStage stage, JsonNode? node, string place)
    {
        if (node is null) return key.Nullable ? null : throw Wrong(key, stage, node, place);
        return key.Kind switch
        {
            ConfigurationKind.Text => Text(key, stage, node, place),
            ConfigurationKind.TextList => List(key, stage, node, place, Text),
            ConfigurationKind.Choice => Choice(key, stage, node, place),
            ConfigurationKind.ChoiceList => List(key, stage, node, place, Choice),
            ConfigurationKind.Integer => Integer(key, stage, node, place),
            ConfigurationKind.IntegerList => List(key, stage, node, place, Integer),
            ConfigurationKind.Number => Number(key, stage, node, place),
            ConfigurationKind.NumberList => List(key, stage, node, place, Number),
            _ => node.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? node.GetValue<bool>() : throw Wrong(key, stage, node, place),
        };
    }

    /// <summary>What the key takes, in words: <c>a whole number in [1, inf)</c>.</summary>
    public static string Expected(ConfigurationKey key, ConfigurationStage stage)
    {
        string range = key.Range is null || key.Range.ToString() == "(-inf, inf)" ? "" : $" in {key.Range}";
        string choices = string.Join(", ", key.ChoicesOf(stage));
        string expected = key.Kind switch
        {
            ConfigurationKind.Text => "text",
            ConfigurationKind.TextList => "text or a list of texts",
            ConfigurationKind.Choice => $"one of {choices}",
            ConfigurationKind.ChoiceList => $"one or a list of {choices}",
            ConfigurationKind.Integer => $"a whole number{range}",
            ConfigurationKind.IntegerList => $"a whole number or a list of them{range}",
            ConfigurationKind.Number => $"a number{range}",
            ConfigurationKind.NumberList => $"a number or a list of them{range}",
            _ => "true or false",
        };
        return key.Nullable ? $"{expected}, or null" : expected;
    }

    private static ValueList<T> List<T>(
        ConfigurationKey key, ConfigurationStage stage, JsonNode node, string place, Func<ConfigurationKey, ConfigurationStage, JsonNode?, string, T> item)
    {
        if (node is not JsonArray list) return new ValueList<T>([item(key, stage, node, place)]);
        if (list.Count is 0 or > MaxItems) throw Wrong(key, stage, node, place);
        return new ValueList<T>(list.Select(each => item(key, stage, each, place)));
    }

    /// <summary>A switch such as <c>resume_from_checkpoint: true</c> is taken as its word.</summary>
    private static string Text(ConfigurationKey key, ConfigurationStage stage, JsonNode? node, string place) => node?.GetValueKind() switch
    {
        JsonValueKind.String => node.GetValue<string>(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => throw Wrong(key, stage, node, place),
    };

    private static string Choice(ConfigurationKey key, ConfigurationStage stage, JsonNode? node, string place)
    {
        IReadOnlyList<string> choices = key.ChoicesOf(stage);
        string word = node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : throw Wrong(key, stage, node, place);
        return choices.Contains(word) ? word
            : throw new UsageException($"{place}: '{key.Path}' is {Expected(key, stage)}; found '{word}'{Spelling.Hint(word, choices)}");
    }

    private static long Integer(ConfigurationKey key, ConfigurationStage stage, JsonNode? node, string place)
    {
        double value = Number(key, stage, node, place);
        double limit = key.Range is { High: < double.PositiveInfinity } range ? range.High : int.MaxValue;
        return value == Math.Floor(value) && Math.Abs(value) <= limit ? (long)value : throw Wrong(key, stage, node, place);
    }

    private static double Number(ConfigurationKey key, ConfigurationStage stage, JsonNode? node, string place)
    {
        double value = node?.GetValueKind() == JsonValueKind.Number ? node.GetValue<double>() : throw Wrong(key, stage, node, place);
        return key.Range?.Contains(value) != false ? value : throw Wrong(key, stage, node, place);
    }

    private static UsageException Wrong(ConfigurationKey key, ConfigurationStage stage, JsonNode? node, string place)
    {
        string found = node?.ToJsonString() ?? "null";
        if (found.Length > 60) found = found[..60] + "...";
        return new UsageException($"{place}: '{key.Path}' must be {Expected(key, stage)}; found {found}");
    }
}
