using System.Text.Json.Nodes;

namespace Spa.Engine.Configuration.Import;

/// <summary>Keys of Axolotl.</summary>
internal static class AxolotlKeys
{
    private static readonly (string Theirs, string Ours)[] s_renamed =
    [
        ("base_model", "model_name_or_path"), ("output_dir", "output_dir"), ("sequence_len", "max_length"), ("micro_batch_size", "per_device_train_batch_size"),
        ("gradient_accumulation_steps", "gradient_accumulation_steps"), ("num_epochs", "num_train_epochs"), ("max_steps", "max_steps"), ("optimizer", "optim"),
        ("lr_scheduler", "lr_scheduler_type"), ("learning_rate", "learning_rate"), ("warmup_steps", "warmup_steps"), ("warmup_ratio", "warmup_ratio"), ("weight_decay", "weight_decay"),
        ("adam_beta1", "adam_beta1"), ("adam_beta2", "adam_beta2"), ("adam_epsilon", "adam_epsilon"), ("max_grad_norm", "max_grad_norm"), ("seed", "seed"),
        ("logging_steps", "logging_steps"), ("save_steps", "save_steps"), ("save_total_limit", "save_total_limit"), ("resume_from_checkpoint", "resume_from_checkpoint"),
        ("lora_r", "lora_r"), ("lora_alpha", "lora_alpha"), ("lora_dropout", "lora_dropout"), ("lora_target_modules", "lora_target_modules"), ("peft_use_rslora", "use_rslora"),
        ("peft_use_dora", "use_dora"), ("rl_beta", "beta"), ("dpo_beta", "beta"), ("dpo_use_weighting", "use_weighting"), ("dpo_label_smoothing", "label_smoothing"),
        ("dpo_loss_type", "loss_type"), ("dpo_loss_weights", "loss_weights"), ("precompute_ref_log_probs", "precompute_ref_log_probs"),
        ("center_rewards_coefficient", "center_rewards_coefficient"),
    ];

    private static readonly string[] s_bits = ["load_in_4bit", "load_in_8bit"];

    private static readonly Dictionary<string, string> s_reasons = new(StringComparer.Ordinal)
    {
        ["model_type"] = "is for Python; config.json says it",
        ["tokenizer_type"] = "is for Python; the tokenizer is the model's",
        ["special_tokens"] = "has no counterpart: special tokens are the tokenizer's",
        ["chat_template"] = "has no counterpart: the chat template is the model's",
        ["dataset_prepared_path"] = "is for Python; nothing is cached",
        ["val_set_size"] = "has no counterpart: put rows aside and name them in eval_dataset",
        ["sample_packing"] = "has no counterpart: rows are never joined to fill a block",
        ["eval_sample_packing"] = "has no counterpart: rows are never joined to fill a block",
        ["pad_to_sequence_len"] = "shapes padded batches; there is no padding here",
        ["flash_attention"] = "picks a Python kernel; there is one attention here",
        ["tf32"] = "is a switch of PyTorch",
        ["evals_per_epoch"] = "has no counterpart: eval_dataset is evaluated before and after training",
        ["saves_per_epoch"] = "has no counterpart: save_steps says it, below 1 as a share of all updates",
        ["train_on_inputs"] = "has no counterpart: a prompt is never learned, a whole conversation by assistant_only_loss",
        ["hub_model_id"] = "is for the Hugging Face Hub; nothing is uploaded",
        ["deepspeed"] = "is for PyTorch",
        ["fsdp"] = "is for PyTorch",
        ["fsdp_config"] = "is for PyTorch",
        ["neftune_noise_alpha"] = "has no counterpart; the result will differ",
        ["lora_modules_to_save"] = "has no counterpart: only adapters are trained; the result will differ",
        ["load_in_4bit"] = "has no counterpart without adapter",
        ["load_in_8bit"] = "has no counterpart without adapter",
        ["lora_model_dir"] = "has no counterpart: merge the adapter into the model first",
    };

    public static IReadOnlyDictionary<string, string> Read(ImportBuilder builder)
    {
        builder.Stage = builder.TakeText("rl") switch
        {
            null => builder.TakeFlag("reward_model") ? ConfigurationStage.Reward : ConfigurationStage.Sft,
            "dpo" or "ipo" => ConfigurationStage.Dpo,
            var other => throw new UsageException($"rl: {other} of Axolotl has no counterpart; supported: dpo, ipo, or none for supervised fine-tuning"),
        };
        foreach ((string theirs, string ours) in s_renamed) builder.Move(theirs, ours);
        if (builder.TakeText("rl") == "ipo") builder.Put("loss_type", "ipo", "rl");
        ReadTrl(builder);
        ReadAdapter(builder);
        ReadDatasets(builder, "datasets", "dataset_name");
        ReadDatasets(builder, "test_datasets", "eval_dataset");
        if (builder.TakeText("bf16") is "true" or "auto" or "full" || builder.TakeText("bfloat16") == "true") builder.Put("dtype", "bfloat16", "bf16");
        if (builder.TakeText("gradient_checkpointing") is { } word) builder.Put("gradient_checkpointing", word != "false", "gradient_checkpointing");
        if (builder.TakeFlag("use_tensorboard")) builder.Put("report_to", "tensorboard", "use_tensorboard");
        if (builder.Take("lr_scheduler_kwargs") is JsonObject options) TrlKeys.ReadSchedule(builder, options);
        if (builder.Take("cosine_min_lr_ratio") is { } ratio)
        {
            builder.Put("lr_scheduler_type", "cosine_with_min_lr", "cosine_min_lr_ratio");
            builder.Put("lr_scheduler_kwargs.min_lr_rate", ratio, "cosine_min_lr_ratio");
        }

        // Where Axolotl's defaults are not ours.
        builder.Default("max_length", 512);
        builder.Default("per_device_train_batch_size", 1);
        builder.Default("num_train_epochs", 1);
        builder.DefaultTo("lr_scheduler_type", "cosine");
        // There at most 100 updates.
        if (!builder.Has("warmup_steps")) builder.Default("warmup_ratio", 0.03);
        builder.DefaultTo("gradient_checkpointing", false);
        return s_reasons;
    }

    // Options of TRL's trainers; those of DPO lie beside it.
    private static void ReadTrl(ImportBuilder builder)
    {
        if (builder.Take("trl") is not JsonObject options) return;
        if (options["beta"] is { } beta) builder.Put("beta", beta, "trl");
        string[] others = [.. options.Where(option => option.Key != "beta" && option.Value is not null).Select(option => option.Key)];
        if (others.Length > 0) builder.Note("trl", $"{string.Join(", ", others)} without counterpart");
    }

    private static void ReadAdapter(ImportBuilder builder)
    {
        foreach (string bits in s_bits)
            if (builder.IsOff(bits)) builder.Take(bits);
        if (builder.TakeText("adapter") is not { } adapter) return;
        if (adapter is not ("lora" or "qlora"))
        {
            builder.Note("adapter", $"{adapter} has no counterpart; the result will differ");
            return;
        }

        builder.Put("use_peft", true, "adapter");
        builder.Default("lora_dropout", 0);
        builder.Move("load_in_4bit", "load_in_4bit");
        builder.Move("load_in_8bit", "load_in_8bit");
        if (builder.TakeFlag("load_in_4bit"))
        {
            // What Axolotl passes to bitsandbytes unless bnb_config_kwargs says otherwise.
            JsonObject? options = builder.Take("bnb_config_kwargs") as JsonObject;
            builder.Put("bnb_4bit_quant_type", options?["bnb_4bit_quant_type"]?.ToString() ?? "nf4", "load_in_4bit");
            builder.Put("use_bnb_nested_quant", options?["bnb_4bit_use_double_quant"]?.ToString() != "false", "load_in_4bit");
        }
        if (builder.TakeFlag("lora_target_linear")) builder.Put("lora_target_modules", "all-linear", "lora_target_linear");
    }

    private static void ReadDatasets(ImportBuilder builder, string theirs, string ours)
    {
        if (builder.Take(theirs) is not JsonArray { Count: > 0 } sets) return;
        string[] paths = [.. sets.OfType<JsonObject>().Select(set => $"{FileOf(set)}").Where(path => path.Length > 0)];
        if (paths.Length == 0) return;
        builder.PutDataset(ours, paths[0], theirs);
        string columns = sets.OfType<JsonObject>().Any(set => set.Any(pair => pair.Key.StartsWith("field_", StringComparison.Ordinal) || pair.Key is "message_property_mappings" or "roles"))
            ? "; columns are found by their usual names, the mapping is not taken over" : "";
        string hub = HubNames.IsLike(paths[0]) ? $"; a data set of the Hugging Face Hub: {HubNames.Advice(paths[0])}" : "";
        if (paths.Length > 1) builder.Note(theirs, $"{string.Join(", ", paths)}: join them into one file and name it in {ours}{hub}{columns}");
        else if (columns.Length + hub.Length > 0) builder.Note(theirs, $"'{paths[0]}' becomes {ours}{hub}{columns}");
    }

    /// <summary>What an entry names: a file, the first of several, or a data set.</summary>
    public static string? FileOf(JsonObject set) => set["data_files"]?.AsValueText() ?? set["path"]?.AsValueText();

    // A path, or the first of several.
    private static string? AsValueText(this JsonNode node) => node switch
    {
        JsonArray list => list.FirstOrDefault()?.ToString(),
        JsonObject bySplit => bySplit.FirstOrDefault().Value?.AsValueText(),
        _ => node.ToString(),
    };
}
