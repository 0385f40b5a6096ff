using System.Text.Json.Nodes;

namespace Spa.Engine.Configuration.Import;

/// <summary>Keys of LLaMA-Factory, whose training arguments are transformers' and whose others are its own.</summary>
internal static class LlamaFactoryKeys
{
    private static readonly (string Theirs, string Ours)[] s_renamed =
    [
        ("ref_model", "ref_model_name_or_path"), ("pref_beta", "beta"), ("dpo_label_smoothing", "label_smoothing"), ("ld_alpha", "ld_alpha"), ("cutoff_len", "max_length"),
        ("lora_rank", "lora_r"), ("use_rslora", "use_rslora"), ("use_dora", "use_dora"), ("lora_alpha", "lora_alpha"), ("lora_dropout", "lora_dropout"),
    ];

    private static readonly string[] s_same =
    [
        "model_name_or_path", "output_dir", "per_device_train_batch_size", "gradient_accumulation_steps", "learning_rate", "num_train_epochs", "max_steps", "lr_scheduler_type",
        "warmup_ratio", "warmup_steps", "optim", "weight_decay", "adam_beta1", "adam_beta2", "adam_epsilon", "max_grad_norm", "seed", "logging_steps", "save_steps", "save_total_limit",
        "resume_from_checkpoint",
    ];

    private static readonly Dictionary<string, string> s_reasons = new(StringComparer.Ordinal)
    {
        ["template"] = "has no counterpart: the chat template is the model's",
        ["trust_remote_code"] = "has no use: no code from a model folder ever runs",
        ["overwrite_cache"] = "is for Python; nothing is cached",
        ["overwrite_output_dir"] = "has no counterpart: a finished run is never overwritten",
        ["preprocessing_num_workers"] = "is for Python; rows are tokenised on all cores",
        ["dataloader_num_workers"] = "is for PyTorch",
        ["plot_loss"] = "has no use: the report has the curves",
        ["do_train"] = "is a flag of example scripts",
        ["ddp_timeout"] = "is for PyTorch",
        ["deepspeed"] = "is for PyTorch",
        ["flash_attn"] = "picks a Python kernel; there is one attention here",
        ["max_samples"] = "has no counterpart: cut the file",
        ["val_size"] = "has no counterpart: put rows aside and name them in eval_dataset",
        ["packing"] = "has no counterpart: rows are never joined to fill a block",
        ["save_only_model"] = "has no counterpart: checkpoints hold what resuming needs",
        ["adapter_name_or_path"] = "has no counterpart: merge the adapter into the model first",
    };

    public static IReadOnlyDictionary<string, string> Read(ImportBuilder builder)
    {
        builder.Stage = builder.TakeText("stage") switch
        {
            "dpo" => ConfigurationStage.Dpo,
            "sft" or null => ConfigurationStage.Sft,
            "rm" => ConfigurationStage.Reward,
            var other => throw new UsageException($"stage {other} of LLaMA-Factory has no counterpart; supported: dpo, sft, rm"),
        };
        foreach (string key in s_same) builder.Move(key, key);
        foreach ((string theirs, string ours) in s_renamed) builder.Move(theirs, ours);
        ReadMethod(builder);
        if (builder.Take("lr_scheduler_kwargs") is JsonObject options) TrlKeys.ReadSchedule(builder, options);
        if (builder.TakeText("dataset") is { } dataset) ReadDataset(builder, dataset);
        if (builder.Take("eval_dataset") is { } held) builder.PutDataset("eval_dataset", held, "eval_dataset");
        if (builder.TakeFlag("bf16") || builder.TakeFlag("pure_bf16")) builder.Put("dtype", "bfloat16", "bf16");
        if (builder.TakeFlag("use_muon")) builder.Put("optim", "muon", "use_muon");
        if (builder.TakeFlag("disable_gradient_checkpointing")) builder.Put("gradient_checkpointing", false, "disable_gradient_checkpointing");
        if (builder.TakeText("report_to") is "tensorboard") builder.Put("report_to", "tensorboard", "report_to");
        // Where LLaMA-Factory's and transformers' defaults are not ours.
        builder.Default("max_length", 2048);
        builder.Default("learning_rate", 5e-5);
        return s_reasons;
    }

    private static void ReadMethod(ImportBuilder builder)
    {
        string method = builder.TakeText("finetuning_type") ?? "lora";
        if (method == "lora")
        {
            builder.Put("use_peft", true, "finetuning_type");
            double rank = builder.Take("lora_rank")?.GetValueKind() == System.Text.Json.JsonValueKind.Number ? builder.Take("lora_rank")!.GetValue<double>() : 8;
            builder.Default("lora_r", rank);
            builder.Default("lora_alpha", 2 * rank);
            builder.Default("lora_dropout", 0);
            ReadQuantisation(builder);
            if (builder.TakeText("lora_target") is null or "all") builder.Put("lora_target_modules", "all-linear", "lora_target");
            else builder.Put("lora_target_modules", new JsonArray([.. builder.TakeText("lora_target")!.Split(',').Select(name => (JsonNode)name.Trim())]), "lora_target");
        }
        else if (method != "full")
        {
            builder.Note("finetuning_type", $"{method} has no counterpart; the result will differ");
        }

        if (builder.TakeText("pref_loss") is not { } loss) return;
        if (loss is "orpo" or "simpo" or "kto_pair") builder.Note("pref_loss", $"{loss} has no counterpart; the result will differ");
        else builder.Put("loss_type", loss, "pref_loss");
    }

    private static void ReadQuantisation(ImportBuilder builder)
    {
        if (builder.TakeText("quantization_bit") is not { } bits) return;
        if (bits is not ("4" or "8") || builder.TakeText("quantization_method") is not (null or "bnb" or "bitsandbytes"))
        {
            builder.Note("quantization_bit", $"{bits} has no counterpart; bitsandbytes' 4 and 8 have, the result will differ");
            return;
        }

        builder.Put(bits == "4" ? "load_in_4bit" : "load_in_8bit", true, "quantization_bit");
        if (bits == "8") return;
        builder.Put("bnb_4bit_quant_type", builder.TakeText("quantization_type") ?? "nf4", "quantization_bit");
        builder.Put("use_bnb_nested_quant", builder.TakeText("double_quantization") != "false", "quantization_bit");
    }

    // Names of dataset_info.json, which says where their files are.
    private static void ReadDataset(ImportBuilder builder, string dataset)
    {
        string first = dataset.Split(',')[0].Trim();
        builder.Put("dataset_name", first, "dataset");
        if (File.Exists(first)) return;
        string several = dataset.Contains(',', StringComparison.Ordinal) ? "join the files and name the result" : "name its file";
        builder.Note("dataset", $"'{dataset}' is an entry of LLaMA-Factory's dataset_info.json; {several} in dataset_name");
    }
}
