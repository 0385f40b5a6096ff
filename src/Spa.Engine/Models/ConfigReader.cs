using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Models;

/// <summary>
/// Reads a config.json and remembers what was read, so that a setting which would change the computation is never passed over in
/// silence. Null counts as absent, except that a family's default (<see cref="UseDefaults"/>) stands in only for a key that is not there at all.
/// </summary>
public sealed class ConfigReader(JsonObject json, string file)
{
    // What some family computes with; a family that does not read one of these must find it neutral.
    private static readonly HashSet<string> s_computing =
    [
        "attention_bias", "mlp_bias", "use_bias", "bias", "qkv_bias", "use_qkv_bias", "lm_head_bias", "no_bias", "add_bias_linear", "attn_logit_softcapping",
        "final_logit_softcapping", "query_pre_attn_scalar", "sliding_window", "use_sliding_window", "max_window_layers", "sliding_window_pattern", "layer_types",
        "attention_chunk_size", "use_bidirectional_attention", "no_rope_layers", "no_rope_layer_interval", "partial_rotary_factor", "rotary_pct", "rotary_dim", "rope_scaling",
        "rope_parameters", "rope_local_base_freq", "rope_interleaved", "use_mrope", "short_mscale", "long_mscale", "alibi", "qk_layernorm", "use_qk_norm", "norm_after",
        "use_parallel_residual", "parallel_residual", "parallel_attn", "num_local_experts", "num_experts", "n_routed_experts", "embedding_multiplier", "residual_multiplier",
        "attention_multiplier", "logits_scaling", "logit_scale", "scale_emb", "scale_depth", "dim_model_base", "use_mup", "q_lora_rank", "kv_lora_rank",
        "num_kv_shared_layers", "hidden_size_per_layer_input", "clip_qkv", "attn_output_gate", "quantization_config", "quantization",
    ];

    private readonly HashSet<string> _read = [];
    private JsonObject? _defaults;

    /// <summary>Number of keys.</summary>
    public int Count => json.Count;

    /// <summary>File named in errors.</summary>
    public string File => file;

    /// <summary>Values of keys that the file does not have.</summary>
    public void UseDefaults(JsonObject defaults) => _defaults = defaults;

    public bool Has(string key) => Node(key) is not null;

    public int Int(string key, int? fallback = null) => (int)Long(key, fallback, 1, int.MaxValue);

    /// <summary>An integer that may be 0.</summary>
    public int IntOrZero(string key, int fallback) => (int)Long(key, fallback, 0, int.MaxValue);

    public double Double(string key, double? fallback = null)
    {
        if (Node(key) is not { } node) return fallback ?? throw Missing(key);
        return Number(node) ?? throw Wrong(key, "a number", node);
    }

    public bool Bool(string key, bool fallback)
    {
        if (Node(key) is not { } node) return fallback;
        return node.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(key, "true or false", node),
        };
    }

    public string Text(string key, string? fallback = null)
    {
        if (Node(key) is not { } node) return fallback ?? throw Missing(key);
        return node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : throw Wrong(key, "a string", node);
    }

    /// <summary>A nested object, or null.</summary>
    public ConfigReader? Object(string key)
    {
        if (Node(key) is not { } node) return null;
        return node is JsonObject inner ? new ConfigReader(inner, $"{file}, {key}") : throw Wrong(key, "an object", node);
    }

    /// <summary>A nested object, or null where it is absent or empty.</summary>
    public ConfigReader? NonEmptyObject(string key) => Node(key) is JsonObject { Count: 0 } ? null : Object(key);

    /// <summary>A list of numbers.</summary>
    public double[] Doubles(string key)
    {
        if (Node(key) is not { } node) throw Missing(key);
        if (node is not JsonArray list) throw Wrong(key, "a list of numbers", node);
        return [.. list.Select(x => x is not null && Number(x) is { } value ? value : throw Wrong(key, "a list of numbers", node))];
    }

    /// <summary>A list of strings, or null.</summary>
    public string[]? TextList(string key)
    {
        if (Node(key) is not { } node) return null;
        if (node is JsonArray list && list.All(x => x?.GetValueKind() == JsonValueKind.String)) return [.. list.Select(x => x!.GetValue<string>())];
        throw Wrong(key, "a list of strings", node);
    }

    /// <summary>Throws if a setting that changes the computation was not read and is not neutral (absent, null, false, 0 or empty).</summary>
    public void RequireAllRead(string family)
    {
        foreach ((string key, JsonNode? node) in json)
        {
            if (_read.Contains(key) || !s_computing.Contains(key) || IsNeutral(node)) continue;
            if (key is "quantization_config" or "quantization")
            {
                string method = (node as JsonObject)?["quant_method"] is { } name ? $" ({name})" : "";
                throw new SpaException($"{file}: '{key}'{method}: quantised weights are read from GGUF only; take the model in bfloat16 or float32, or as a .gguf file");
            }
            throw new SpaException($"{file}: '{key}' is {Shorten(node)}, which models of type '{family}' do not have here; this model would be computed wrongly");
        }
    }

    /// <summary>Keys that nobody read, that are not known to be without effect (<see cref="ConfigNotes"/>) and are not neutral.</summary>
    public IReadOnlyList<string> Unknown() => [.. json.Where(x => !_read.Contains(x.Key) && !ConfigNotes.Contains(x.Key) && !IsNeutral(x.Value)).Select(x => x.Key)];

    /// <summary>Throws if there is a setting that is not among these; for objects in which every setting changes the computation.</summary>
    public void RequireKnown(IReadOnlySet<string> keys)
    {
        foreach ((string key, JsonNode? node) in json)
        {
            if (!keys.Contains(key) && !IsNeutral(node))
                throw new SpaException($"{file}: '{key}' is {Shorten(node)}, which is not known here ({string.Join(", ", keys)} are); the model would be computed wrongly without it");
        }
    }

    /// <summary>An error about a value that this engine does not support.</summary>
    public SpaException Unsupported(string key, string found, string supported) =>
        new($"{file}: '{key}' is '{found}'; supported: {supported}");

    private long Long(string key, long? fallback, long least, long most)
    {
        if (Node(key) is not { } node) return fallback ?? throw Missing(key);
        if (node.GetValueKind() == JsonValueKind.Number && long.TryParse(node.ToJsonString(), out long value) && value >= least && value <= most) return value;
        throw Wrong(key, $"an integer of at least {least}", node);
    }

    private JsonNode? Node(string key)
    {
        _read.Add(key);
        return json.TryGetPropertyValue(key, out JsonNode? node) ? node : _defaults?[key];
    }

    private static double? Number(JsonNode node) => node.GetValueKind() == JsonValueKind.Number
        && double.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : null;

    private SpaException Missing(string key) => new($"{file}: '{key}' is missing; a config.json of this model type has it");

    private SpaException Wrong(string key, string expected, JsonNode found) => new($"{file}: '{key}' must be {expected}, found {Shorten(found)}");

    private static bool IsNeutral(JsonNode? node) => node switch
    {
        null => true,
        JsonArray list => list.Count == 0,
        JsonObject inner => inner.Count == 0,
        _ => node.ToJsonString() is "false" or "0" or "0.0" or "\"\"",
    };

    private static string Shorten(JsonNode? node)
    {
        string text = node?.ToJsonString() ?? "null";
        return text.Length <= 60 ? text : text[..57] + "...";
    }
}
