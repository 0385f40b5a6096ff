using System.Text.Json.Nodes;

namespace Spa.Engine.Configuration;

/// <summary>Gives every key of the table its value: the written one, the preset's, or the default.</summary>
internal static class ConfigurationBinder
{
    /// <summary>Values by path, and a line for each key that was written for nothing.</summary>
    /// <exception cref="UsageException">An unknown key, a wrong value, or a missing one.</exception>
    public static Dictionary<string, object?> Bind(ConfigurationDocument document, ConfigurationStage stage, List<string> notices)
    {
        CheckKeys(document, document.Root, "", notices);
        ConfigurationDocument? preset = Preset(document, stage);
        Dictionary<string, object?> values = new(StringComparer.Ordinal);
        foreach (ConfigurationKey key in ConfigurationKeys.All)
        {
            values[key.Path] = Value(key, document, preset, stage);
            if (values[key.Path] is null && key.RequiredBy.Contains(stage))
            {
                throw new UsageException($"{document.Name}: '{key.Path}' is missing: {key.Description}");
            }
        }

        return values;
    }

    private static object? Value(ConfigurationKey key, ConfigurationDocument document, ConfigurationDocument? preset, ConfigurationStage stage)
    {
        if (document.TryGet(key.Path, out JsonNode? written)) return ConfigurationValues.Convert(key, stage, written, document.Place(key.Path));
        if (preset?.TryGet(key.Path, out written) == true) return ConfigurationValues.Convert(key, stage, written, preset.Place(key.Path));
        JsonNode? fallback = YamlReader.ReadValue(new ConfigurationDocument($"default of {key.Path}"), key.DefaultOf(stage));
        return ConfigurationValues.Convert(key, stage, fallback, $"default of {key.Path}");
    }

    private static ConfigurationDocument? Preset(ConfigurationDocument document, ConfigurationStage stage)
    {
        ConfigurationKey key = ConfigurationKeys.Find("preset")!;
        if (!document.TryGet(key.Path, out JsonNode? written)) return null;
        return ConfigurationValues.Convert(key, stage, written, document.Place(key.Path)) is string name ? Presets.Load(name) : null;
    }

    private static void CheckKeys(ConfigurationDocument document, JsonObject section, string path, List<string> notices)
    {
        foreach ((string name, JsonNode? value) in section)
        {
            string full = path.Length == 0 ? name : $"{path}.{name}";
            if (ConfigurationKeys.Find(full) is not null) continue;
            if (ConfigurationKeys.IsSection(full))
            {
                if (value is JsonObject inner) CheckKeys(document, inner, full, notices);
                else if (value is not null)
                    throw new UsageException($"{document.Place(full)}: '{full}' must hold keys, one a line below it; found {value.ToJsonString()}");
                continue;
            }

            if (path.Length > 0 || !ForeignKeys.All.TryGetValue(name, out ForeignKey? foreign)) throw Unknown(document, full, name);
            Judge(document, foreign, value, notices);
        }
    }

    private static void Judge(ConfigurationDocument document, ForeignKey key, JsonNode? value, List<string> notices)
    {
        string place = document.Place(key.Name);
        if (key.IsNeutral(value)) return;
        if (key.ChangesResult) throw new UsageException($"{place}: '{key.Name}' {key.Reason}; remove it");
        notices.Add($"{place}: '{key.Name}' {key.Reason}; {(key.Removed ? "it was removed upstream and is ignored" : "it is ignored")}");
    }

    /// <summary>Offers the nearest path, and for a key in the wrong section the section it belongs to.</summary>
    private static UsageException Unknown(ConfigurationDocument document, string path, string name)
    {
        string? elsewhere = ConfigurationKeys.All.FirstOrDefault(key => key.Name == name)?.Path;
        string? guess = elsewhere ?? Spelling.Nearest(path, ConfigurationKeys.All.Select(key => key.Path))
            ?? Spelling.Nearest(name, ConfigurationKeys.All.Select(key => key.Name));
        return new UsageException($"{document.Place(path)}: unknown key '{path}'{(guess is null ? "; docs/configuration.md lists all" : $", did you mean '{guess}'?")}");
    }
}
