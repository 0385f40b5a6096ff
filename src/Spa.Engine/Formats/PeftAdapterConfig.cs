using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Spa.Engine.Formats;

/// <summary>
/// adapter_config.json of a PEFT LoRA adapter: what the computation needs. An option that changes the computation and is not built is refused by name; options of training (how A and
/// B began if the base stayed as it was, which modules were chosen) have done their work and are kept as they are.
/// </summary>
public sealed class PeftAdapterConfig
{
    public const string FileName = "adapter_config.json";

    // With their neutral values; null and false count as neutral everywhere.
    private static readonly Dictionary<string, string[]> s_refused = new()
    {
        ["bias"] = ["none"],
        ["fan_in_fan_out"] = [],
        ["modules_to_save"] = [],
        ["trainable_token_indices"] = [],
        ["layer_replication"] = [],
        ["megatron_config"] = [],
        ["lora_bias"] = [],
        ["use_qalora"] = [],
        ["use_bdlora"] = [],
        ["alora_invocation_tokens"] = [],
        ["arrow_config"] = [],
        ["target_parameters"] = [],
        ["velora_config"] = [],
        ["monteclora_config"] = [],
        ["kasa_config"] = [],
    };

    // What PEFT writes and no forward pass depends on.
    private static readonly HashSet<string> s_harmless =
    [
        "auto_mapping", "base_model_name_or_path", "base_model_class", "parent_library", "corda_config", "ensure_weight_tying", "eva_config", "exclude_modules", "inference_mode",
        "init_lora_weights", "layers_pattern", "layers_to_transform", "loftq_config", "lora_dropout", "lora_ga_config", "megatron_core", "peft_type", "peft_version",
        "qalora_group_size", "revision", "target_modules", "task_type", "use_dora", "use_rslora", "r", "lora_alpha", "rank_pattern", "alpha_pattern", "runtime_config",
    ];

    // Ways to begin that also take what A and B begin with out of the base's weights: without that, adapter and base do not fit together.
    private static readonly string[] s_changesBase = ["pissa", "corda", "olora", "loftq"];

    private readonly JsonObject _json;
    private readonly string _file;

    private PeftAdapterConfig(JsonObject json, string file)
    {
        (_json, _file) = (json, file);
        if (json["peft_type"]?.ToString() is var type && type != "LORA")
            throw new SpaException($"'{file}': peft_type '{type ?? "missing"}' is not supported; supported: LORA");
        foreach ((string key, JsonNode? value) in json)
        {
            if (s_harmless.Contains(key) || IsNeutral(value)) continue;
            if (!s_refused.TryGetValue(key, out string[]? neutral))
                throw new SpaException($"'{file}': unknown option '{key}: {Shown(value)}', which may change what the adapter computes; merge the adapter with the program that wrote it");
            if (!neutral.Contains(value!.ToString()))
                throw new SpaException($"'{file}': '{key}: {Shown(value)}' is not supported; supported: {(neutral.Length == 0 ? "null or false" : string.Join(", ", neutral))}");
        }
        string begun = json["init_lora_weights"]?.ToString() ?? "";
        if (Array.Exists(s_changesBase, kind => begun.StartsWith(kind, StringComparison.OrdinalIgnoreCase)))
        {
            throw new SpaException($"'{file}': 'init_lora_weights: {begun}' changed the weights of the base too, which this folder does not hold; save it in PEFT with "
                + "path_initial_model_for_weight_conversion, or merge it there");
        }
        Rank = (int)Number("r", 1, 65536);
        Alpha = Number("lora_alpha", double.Epsilon, 1e9);
        Dropout = Number("lora_dropout", 0, 1, 0);
        UseRslora = Flag("use_rslora");
        UseDora = Flag("use_dora");
        RankPattern = Pattern("rank_pattern");
        AlphaPattern = Pattern("alpha_pattern");
    }

    public int Rank { get; }

    public double Alpha { get; }

    public double Dropout { get; }

    public bool UseRslora { get; }

    public bool UseDora { get; }

    /// <summary>The base as the adapter names it; null where it does not.</summary>
    public string? BaseModel => _json["base_model_name_or_path"]?.ToString() is { Length: > 0 } name ? name : null;

    private Dictionary<string, double> RankPattern { get; }

    private Dictionary<string, double> AlphaPattern { get; }

    /// <exception cref="SpaException">The file is missing or malformed, or asks for something that is not built.</exception>
    public static PeftAdapterConfig Read(string path) => new(JsonFiles.ReadObject(path), path);

    /// <summary>The file of a new adapter, as PEFT 0.21 writes it.</summary>
    public static PeftAdapterConfig Create(int rank, double alpha, double dropout, bool useRslora, bool useDora, IReadOnlyList<string> targets) => new(new JsonObject
    {
        ["alpha_pattern"] = new JsonObject(),
        ["auto_mapping"] = null,
        ["base_model_name_or_path"] = null,
        ["bias"] = "none",
        ["fan_in_fan_out"] = false,
        ["inference_mode"] = true,
        ["init_lora_weights"] = true,
        ["layers_pattern"] = null,
        ["layers_to_transform"] = null,
        ["lora_alpha"] = alpha,
        ["lora_dropout"] = dropout,
        ["modules_to_save"] = null,
        ["peft_type"] = "LORA",
        ["r"] = rank,
        ["rank_pattern"] = new JsonObject(),
        ["target_modules"] = new JsonArray([.. targets.Select(t => (JsonNode)t)]),
        ["task_type"] = "CAUSAL_LM",
        ["use_dora"] = useDora,
        ["use_rslora"] = useRslora,
    }, FileName);

    /// <summary>What is written: the same with another base.</summary>
    public JsonObject ToJson(string? baseModel)
    {
        var json = (JsonObject)_json.DeepClone();
        json["base_model_name_or_path"] = baseModel;
        json["inference_mode"] = true;
        return json;
    }

    /// <summary>The same with other dropout, for training that goes on.</summary>
    public PeftAdapterConfig WithDropout(double dropout)
    {
        var json = (JsonObject)_json.DeepClone();
        json["lora_dropout"] = dropout;
        return new PeftAdapterConfig(json, _file);
    }

    /// <summary>r of a module: the pattern's that fits its name, else <see cref="Rank"/>.</summary>
    public int RankOf(string module) => (int)Of(RankPattern, module, Rank);

    /// <summary>alpha of a module.</summary>
    public double AlphaOf(string module) => Of(AlphaPattern, module, Alpha);

    /// <summary>Factor on B A x of a module.</summary>
    public double ScaleOf(string module) => AlphaOf(module) / (UseRslora ? Math.Sqrt(RankOf(module)) : RankOf(module));

    // PEFT's rule: the pattern at the end of the name, behind a dot or as all of it. Patterns are regular expressions there.
    private double Of(Dictionary<string, double> patterns, string module, double fallback)
    {
        foreach ((string pattern, double value) in patterns)
        {
            try
            {
                if (Regex.IsMatch(module, $@"^(?:.*\.)?(?:{pattern})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)) return value;
            }
            catch (Exception error) when (error is ArgumentException or NotSupportedException)
            {
                throw new SpaException($"'{_file}': the pattern '{pattern}' is no regular expression that can be read safely: {error.Message.ReplaceLineEndings(" ")}", error);
            }
        }
        return fallback;
    }

    private Dictionary<string, double> Pattern(string key)
    {
        var values = new Dictionary<string, double>();
        if (IsNeutral(_json[key])) return values;
        if (_json[key] is not JsonObject map) throw Wrong(key, "an object of names and numbers");
        foreach ((string name, JsonNode? value) in map)
        {
            if (value?.GetValueKind() != JsonValueKind.Number || Parse(value) is not (>= 1e-9 and <= 1e9) || (key == "rank_pattern" && Parse(value) is not (>= 1 and <= 65536)))
                throw new SpaException($"'{_file}': {key} of '{name}' must be a positive number, found {Shown(value)}");
            values[name] = Parse(value);
        }
        return values;
    }

    private double Number(string key, double smallest, double largest, double? fallback = null)
    {
        if (_json[key] is not { } node) return fallback ?? throw new SpaException($"'{_file}' has no '{key}'; copy or download it again");
        if (node.GetValueKind() != JsonValueKind.Number || Parse(node) is var value && !(value >= smallest && value <= largest)) throw Wrong(key, $"a number in [{smallest}, {largest}]");
        return Parse(node);
    }

    private bool Flag(string key) => _json[key]?.GetValueKind() switch
    {
        null or JsonValueKind.False => false,
        JsonValueKind.True => true,
        _ => throw Wrong(key, "true or false"),
    };

    private SpaException Wrong(string key, string expected) => new($"'{_file}': '{key}' must be {expected}, found {Shown(_json[key])}");

    private static double Parse(JsonNode node) => double.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;

    private static bool IsNeutral(JsonNode? value) =>
        value is null || value.GetValueKind() == JsonValueKind.False || value is JsonObject { Count: 0 } || value is JsonArray { Count: 0 };

    private static string Shown(JsonNode? value) => value?.ToJsonString() is { Length: <= 60 } text ? text : $"{value?.ToJsonString()[..60] ?? "null"}";
}
