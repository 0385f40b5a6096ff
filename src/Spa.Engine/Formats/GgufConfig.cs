using System.Globalization;
using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>The config.json that a GGUF file's metadata stands for, in the spelling of real checkpoints.</summary>
internal static class GgufConfig
{
    /// <exception cref="SpaException">A key is missing, is of another type, contradicts the tensors, or would not be computed.</exception>
    public static JsonObject Build(GgufFile file, GgufArchitecture architecture)
    {
        var keys = new GgufKeys(file, architecture.Name);
        long hidden = keys.Size("embedding_length"), heads = keys.Size("attention.head_count"), head = HeadSize(keys);
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray(architecture.ClassName),
            ["bos_token_id"] = file.Integer("tokenizer.ggml.bos_token_id"),
            ["eos_token_id"] = file.Integer("tokenizer.ggml.eos_token_id"),
            ["pad_token_id"] = file.Integer("tokenizer.ggml.padding_token_id"),
            ["hidden_size"] = hidden,
            ["intermediate_size"] = keys.Size("feed_forward_length"),
            ["max_position_embeddings"] = keys.Size("context_length"),
            ["model_type"] = architecture.ModelType,
            ["num_attention_heads"] = heads,
            ["num_hidden_layers"] = keys.Size("block_count"),
            ["num_key_value_heads"] = keys.Size("attention.head_count_kv", heads),
            [architecture.LayerNorm ? "layer_norm_eps" : "rms_norm_eps"] = keys.Number(architecture.EpsilonKey) ?? throw keys.Missing(architecture.EpsilonKey),
            ["rope_theta"] = keys.Number("rope.freq_base") ?? 10000,
            ["rope_scaling"] = GgufRotary.Scaling(keys),
            ["tie_word_embeddings"] = !keys.HasTensor("output.weight"),
            ["torch_dtype"] = "float32",
            ["vocab_size"] = Vocabulary(keys),
        };
        if (keys.Size("attention.value_length", head) is var value && value != head) throw keys.Unsupported("attention.value_length", $"{value}", $"{head}, the length of keys");
        if (head * heads != hidden) config["head_dim"] = head;
        architecture.Complete(keys, config);
        keys.RequireAllRead();
        RequireFinite(config, "", file.Path);
        // Parsed again, so that its numbers convert as those of a file do.
        return JsonNode.Parse(config.ToJsonString())!.AsObject();
    }

    /// <summary>Elements of one head.</summary>
    /// <exception cref="SpaException">It is odd or does not divide the projection.</exception>
    public static int HeadSize(GgufKeys keys)
    {
        long size = keys.Size("attention.key_length", keys.Size("embedding_length") / keys.Size("attention.head_count"));
        return size % 2 == 0 && size <= 1 << 16 ? (int)size
            : throw new SpaException($"'{keys.File.Path}': heads of {size} dimensions; an even number up to 65,536 is expected");
    }

    // JSON has no other numbers, and no model computes with them.
    private static void RequireFinite(JsonNode? node, string name, string path)
    {
        if (node is JsonObject parts)
        {
            foreach ((string key, JsonNode? value) in parts) RequireFinite(value, name.Length == 0 ? key : $"{name}.{key}", path);
        }
        else if (node is JsonArray list)
        {
            foreach (JsonNode? value in list) RequireFinite(value, name, path);
        }
        else if (node is JsonValue scalar)
        {
            double number = scalar.TryGetValue(out double wide) ? wide : scalar.TryGetValue(out float narrow) ? narrow : 0;
            if (double.IsFinite(number)) return;
            throw new SpaException(string.Create(CultureInfo.InvariantCulture, $"'{path}' gives '{name}' as {number}; expected a finite number, the file is damaged: copy or download it again"));
        }
    }

    private static long Vocabulary(GgufKeys keys)
    {
        long rows = keys.File.Find("token_embd.weight").Rows, claimed = keys.Size("vocab_size", rows);
        return claimed == rows ? rows : throw new SpaException($"'{keys.File.Path}': 'vocab_size' is {claimed:N0}, 'token_embd.weight' has {rows:N0} rows; the file is damaged");
    }
}
