namespace Spa.Engine.Models;

/// <summary>Keys of a config.json that say how a model was made, kept or drawn from: no forward pass reads them.</summary>
internal static class ConfigNotes
{
    private static readonly HashSet<string> s_keys =
    [
        "architectures", "model_type", "torch_dtype", "dtype", "transformers_version", "auto_map", "tokenizer_class", "model_max_length", "transformers.js_config", "attn_implementation",
        "bos_token_id", "eos_token_id", "pad_token_id", "unk_token_id", "sep_token_id", "decoder_start_token_id",
        "initializer_range", "attention_dropout", "hidden_dropout", "hidden_dropout_prob", "resid_pdrop", "embd_pdrop", "classifier_dropout", "dropout", "pretraining_tp", "gradient_checkpointing",
        "use_cache", "cache_implementation", "return_dict", "return_dict_in_generate", "output_attentions", "output_hidden_states", "output_scores", "torchscript", "use_bfloat16", "num_logits_to_keep",
        "is_decoder", "is_encoder_decoder", "add_cross_attention", "cross_attention_hidden_size", "tie_encoder_decoder", "chunk_size_feed_forward", "pruned_heads", "tf_legacy_loss",
        "id2label", "label2id", "num_labels", "problem_type", "finetuning_task", "task_specific_params", "prefix",
        "temperature", "top_k", "top_p", "typical_p", "do_sample", "num_beams", "num_beam_groups", "num_return_sequences", "max_length", "min_length", "early_stopping", "length_penalty",
        "repetition_penalty", "diversity_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids", "forced_bos_token_id", "forced_eos_token_id", "suppress_tokens",
        "begin_suppress_tokens", "exponential_decay_length_penalty", "remove_invalid_values",
        // Phi-4-mini's, which its classes do not read.
        "full_attn_mod", "interpolate_factor",
        // Beside hidden_activation, which counts.
        "hidden_act",
    ];

    /// <summary>Whether the key is one of these. What begins with an underscore is a program's own.</summary>
    public static bool Contains(string key) => s_keys.Contains(key) || key.StartsWith('_') || key.StartsWith("unsloth_", StringComparison.Ordinal);
}
