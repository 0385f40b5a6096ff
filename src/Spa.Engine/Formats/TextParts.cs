using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>Folders whose model is a text model with something beside it (vision): the text part is read as a model of its own.</summary>
internal static class TextParts
{
    // model_type of the whole, and the class of its text part by itself.
    private static readonly (string Whole, string TextClass)[] s_known = [("gemma3", "Gemma3ForCausalLM"), ("mistral3", "MistralForCausalLM")];

    // Both spellings of transformers, before and since 4.52.
    private static readonly (string Prefix, string Text)[] s_renamed = [("language_model.model.", "model."), ("language_model.lm_head.", "lm_head."), ("model.language_model.", "model.")];

    private static readonly string[] s_leftOut = ["vision_tower.", "multi_modal_projector.", "model.vision_tower.", "model.multi_modal_projector."];

    // What stands beside text_config and is the text model's too.
    private static readonly string[] s_shared = ["bos_token_id", "eos_token_id", "pad_token_id", "torch_dtype", "dtype", "tie_word_embeddings", "quantization_config"];

    /// <summary>config.json of the text part, or null where the model is not one of these.</summary>
    public static JsonObject? Config(JsonObject whole)
    {
        (_, string? name) = Array.Find(s_known, k => whole["model_type"] is JsonValue type && type.ToString() == k.Whole);
        if (name is null || whole["text_config"] is not JsonObject text) return null;
        var config = (JsonObject)text.DeepClone();
        config["architectures"] = new JsonArray(name);
        foreach (string key in s_shared)
            if (!config.ContainsKey(key) && whole[key] is { } value) config[key] = value.DeepClone();
        return config;
    }

    /// <summary>The name in the text model; null: the tensor belongs to another part. A name that is neither stays, so that who loads the model refuses it.</summary>
    public static string? NameOf(string name)
    {
        if (Array.Exists(s_leftOut, prefix => name.StartsWith(prefix, StringComparison.Ordinal))) return null;
        (string? prefix, string? text) = Array.Find(s_renamed, r => name.StartsWith(r.Prefix, StringComparison.Ordinal));
        return prefix is null ? name : text + name[prefix.Length..];
    }
}
