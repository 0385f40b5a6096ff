using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Configuration.Import;

/// <summary>Takes keys out of a foreign configuration and puts ours in; what nobody took is listed at the end.</summary>
internal sealed class ImportBuilder(ConfigurationDocument document)
{
    private readonly Dictionary<string, (string From, JsonNode Value)> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _notes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    public ConfigurationStage Stage { get; set; } = ConfigurationStage.Dpo;

    /// <summary>Whether the file gives the key a value; null is none.</summary>
    public bool Has(string key) => document.Root[key] is not null;

    /// <summary>The value of a key, which counts as dealt with; null where it has none.</summary>
    public JsonNode? Take(string key)
    {
        _taken.Add(key);
        return document.Root[key];
    }

    /// <summary>The value as text, whatever it is.</summary>
    public string? TakeText(string key) => Take(key)?.ToString();

    /// <summary>Whether the key is true.</summary>
    public bool TakeFlag(string key) => TakeText(key) == "true";

    /// <summary>A key of another name.</summary>
    public void Move(string key, string ours)
    {
        if (Take(key) is { } value) Put(ours, value, key);
    }

    /// <summary>Gives one of our keys a value because of a foreign one.</summary>
    public void Put(string ours, JsonNode value, string from) => _values[ours] = (from, value.DeepClone());

    /// <summary>The foreign tool's default, where it is not ours and the file does not say otherwise.</summary>
    public void Default(string ours, double value) => DefaultTo(ours, YamlScalar.Number(value));

    /// <summary>The same for words and switches.</summary>
    public void DefaultTo(string ours, JsonNode value)
    {
        if (!_values.ContainsKey(ours)) Put(ours, value, "");
    }

    /// <summary>Whether the key is written and false.</summary>
    public bool IsOff(string key) => document.Root[key]?.GetValueKind() == JsonValueKind.False;

    /// <summary>Says what became of a key.</summary>
    public void Note(string key, string text)
    {
        _taken.Add(key);
        _notes[key] = text;
    }

    /// <summary>Takes a data set: a path, or a name of the Hub, which needs a download first.</summary>
    public void PutDataset(string ours, JsonNode value, string from)
    {
        Put(ours, value, from);
        if (HubNames.IsLike(value.ToString())) Note(from, $"'{value}' is a data set of the Hugging Face Hub; {HubNames.Advice(value.ToString())} and name its file in {ours}");
    }

    /// <summary>What was put, each value as its key takes it, and a note for everything else.</summary>
    /// <param name="format">Whose configuration it is.</param>
    /// <param name="reasons">Why keys have no counterpart, by name.</param>
    public ImportedConfiguration Build(ForeignFormat format, IReadOnlyDictionary<string, string> reasons)
    {
        List<(ConfigurationKey, object?)> values = [];
        foreach (ConfigurationKey key in ConfigurationKeys.All)
        {
            if (!_values.TryGetValue(key.Path, out (string From, JsonNode Value) put)) continue;
            try
            {
                values.Add((key, ConfigurationValues.Convert(key, Stage, put.Value, document.Place(put.From))));
            }
            catch (UsageException)
            {
                string own = put.From == key.Path ? "" : $" of {key.Path}";
                Note(put.From, $"{Short(put.Value)} is not taken over: expected{own} {ConfigurationValues.Expected(key, Stage)}");
            }
        }

        List<ImportNote> notes = [];
        foreach ((string key, JsonNode? value) in document.Root)
        {
            // An empty value asks for nothing.
            if (_notes.TryGetValue(key, out string? text)) notes.Add(new ImportNote(key, text));
            else if (!_taken.Contains(key) && value is not null) notes.Add(new ImportNote(key, $"{Short(value)} {Fate(key, value, reasons)}"));
        }

        return new ImportedConfiguration(format, Stage, values, notes);
    }

    // LLaMA-Factory and Axolotl have many keys of transformers under its names.
    private static string Fate(string key, JsonNode value, IReadOnlyDictionary<string, string> reasons) =>
        reasons.GetValueOrDefault(key) ?? ForeignKeys.All.GetValueOrDefault(key)?.Fate(value) ?? "has no counterpart";

    private static string Short(JsonNode value)
    {
        string text = value.ToJsonString();
        return text.Length > 60 ? text[..60] + "..." : text;
    }
}
