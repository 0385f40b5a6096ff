using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>The config.json that llama's GGUF metadata stands for, in the spelling of real checkpoints.</summary>
internal static class GgufLlamaConfig
{
    private const string Prefix = "llama.";

    /// <exception cref="SpaException">A key is missing, is of another type, or contradicts the tensors.</exception>
    public static JsonObject Build(GgufFile file)
    {
        long hidden = Size(file, "embedding_length"), heads = Size(file, "attention.head_count");
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["attention_bias"] = file.Tensors.ContainsKey("blk.0.attn_q.bias"),
            ["bos_token_id"] = file.Integer("tokenizer.ggml.bos_token_id"),
            ["eos_token_id"] = file.Integer("tokenizer.ggml.eos_token_id"),
            ["pad_token_id"] = file.Integer("tokenizer.ggml.padding_token_id"),
            ["hidden_act"] = "silu",
            ["hidden_size"] = hidden,
            ["intermediate_size"] = Size(file, "feed_forward_length"),
            ["max_position_embeddings"] = Size(file, "context_length"),
            ["mlp_bias"] = file.Tensors.ContainsKey("blk.0.ffn_up.bias"),
            ["model_type"] = "llama",
            ["num_attention_heads"] = heads,
            ["num_hidden_layers"] = Size(file, "block_count"),
            ["num_key_value_heads"] = SizeOr(file, "attention.head_count_kv", heads),
            ["rms_norm_eps"] = file.Number(Prefix + "attention.layer_norm_rms_epsilon") ?? throw Missing(file, "attention.layer_norm_rms_epsilon"),
            ["rope_scaling"] = RotaryScaling(file),
            ["rope_theta"] = file.Number(Prefix + "rope.freq_base") ?? 10000,
            ["tie_word_embeddings"] = !file.Tensors.ContainsKey("output.weight"),
            ["torch_dtype"] = "float32",
            ["vocab_size"] = Vocabulary(file),
        };
        AddHeads(file, config, hidden, heads);
        // Not LlamaForCausalLM's; named so that the model's reader refuses what it does not compute.
        if (file.Integer(Prefix + "expert_count") is { } experts and > 0) config["num_local_experts"] = experts;
        if (file.Integer(Prefix + "attention.sliding_window") is { } window and > 0) config["sliding_window"] = window;
        // Parsed again, so that its numbers convert as those of a file do.
        return JsonNode.Parse(config.ToJsonString())!.AsObject();
    }

    /// <summary>Rows of one head.</summary>
    /// <exception cref="SpaException">It is odd or does not divide the projection.</exception>
    public static int HeadSize(GgufFile file)
    {
        long size = SizeOr(file, "attention.key_length", Size(file, "embedding_length") / Size(file, "attention.head_count"));
        return size % 2 == 0 && size <= 1 << 16 ? (int)size
            : throw new SpaException($"'{file.Path}': heads of {size} dimensions; an even number up to 65,536 is expected");
    }

    private static void AddHeads(GgufFile file, JsonObject config, long hidden, long heads)
    {
        int head = HeadSize(file);
        if (head * heads != hidden) config["head_dim"] = head;
        long rotary = SizeOr(file, "rope.dimension_count", head);
        if (rotary != head) config["partial_rotary_factor"] = (double)rotary / head;
    }

    private static long Vocabulary(GgufFile file)
    {
        long rows = file.Find("token_embd.weight").Rows;
        long claimed = SizeOr(file, "vocab_size", rows);
        return claimed == rows ? rows : throw new SpaException($"'{file.Path}': '{Prefix}vocab_size' is {claimed:N0}, 'token_embd.weight' has {rows:N0} rows; the file "
            + "is damaged");
    }

    private static JsonObject? RotaryScaling(GgufFile file)
    {
        string kind = file.Text(Prefix + "rope.scaling.type") ?? "none";
        if (kind == "none") return null;
        var scaling = new JsonObject { ["rope_type"] = kind, ["factor"] = file.Number(Prefix + "rope.scaling.factor") ?? throw Missing(file, "rope.scaling.factor") };
        if (file.Integer(Prefix + "rope.scaling.original_context_length") is { } original) scaling["original_max_position_embeddings"] = original;
        return scaling;
    }

    private static long Size(GgufFile file, string key) => SizeOr(file, key, null);

    private static long SizeOr(GgufFile file, string key, long? fallback)
    {
        long size = file.Integer(Prefix + key) ?? fallback ?? throw Missing(file, key);
        return size is > 0 and <= int.MaxValue ? size : throw new SpaException($"'{file.Path}': metadata '{Prefix}{key}' is {size}; a positive number is expected");
    }

    private static SpaException Missing(GgufFile file, string key) =>
        new($"'{file.Path}': metadata '{Prefix}{key}' is missing; the file is not a llama model or is damaged");
}
