namespace Spa.Engine.Configuration;

/// <content>The keys that TRL has too.</content>
public static partial class ConfigurationKeys
{
    private static IEnumerable<ConfigurationKey> ModelAndData() =>
    [
        Choice("preset", "null", ["spa-paper", "spa-released"], Own, "Settings of the paper or of its released code for every key that is not written."),
        Text("model_name_or_path", "null", Model, "The model to train: a Hugging Face folder, a .gguf file or a PEFT adapter folder.") with { RequiredBy = s_always },
        Text("ref_model_name_or_path", "null", Own, "The reference model; unset, the model as it was before training."),
        Choice("dtype", "float32", ["auto", "float32", "bfloat16"], Model, "Type of the weights; auto is the checkpoint's."),
        Text("dataset_name", "null", Script, "The training rows: a path to JSON Lines, a JSON array or Parquet, also .gz.") with { RequiredBy = s_oneStage },
        Text("eval_dataset", "null", Own, "Held-out rows, as dataset_name: evaluated before and after training (spa run: after every stage)."),
        Text("output_dir", "null", Arguments, "The folder for the model, metrics and checkpoints.") with { RequiredBy = s_always },
        Choice("bad_rows", "stop", ["stop", "skip"], Own, "What happens at a row that cannot be used: stop with its place and reason, or skip and count it."),
    ];

    private static IEnumerable<ConfigurationKey> Loss() =>
    [
        Number("beta", "0.1", "[0, inf)", Dpo, "Strength of the pull towards the reference; ipo calls it tau.") with
        {
            StageDefaults = new Dictionary<ConfigurationStage, string> { [ConfigurationStage.Rloo] = "0.05" },
        },
        Key("loss_type", ConfigurationKind.ChoiceList, "[sigmoid]", Dpo, "The loss, or several that are added with loss_weights.") with
        {
            Choices =
            [
                "sigmoid", "hinge", "ipo", "exo_pair", "nca_pair", "robust", "bco_pair", "sppo_hard", "aot", "aot_unpaired", "apo_zero", "apo_down", "discopop", "sft",
                "sigmoid_norm", "spa",
            ],
            StageDefaults = new Dictionary<ConfigurationStage, string>
            {
                [ConfigurationStage.Sft] = "[chunked_nll]",
                [ConfigurationStage.Reward] = "[bradley_terry]",
                [ConfigurationStage.Rloo] = "[rloo]",
                [ConfigurationStage.Run] = "[spa]",
            },
            StageChoices = new Dictionary<ConfigurationStage, string[]>
            {
                [ConfigurationStage.Sft] = ["chunked_nll", "nll", "dft"],
                [ConfigurationStage.Reward] = ["bradley_terry"],
                [ConfigurationStage.Rloo] = ["rloo"],
            },
        },
        Key("loss_weights", ConfigurationKind.NumberList, "null", Dpo, "One weight for each loss_type; unset, all 1."),
        Number("label_smoothing", "0", "[0, 1)", Dpo,
            "Share of labels taken as flipped by sigmoid, robust (below 0.5) and exo_pair; the refinement has its own under spa."),
        Number("ld_alpha", "null", "[0, 1]", Dpo, "Weight of the log-probs beyond the shorter response's length; unset or 1, plain DPO."),
        Flag("use_weighting", "false", Dpo, "Weight pairs by the policy's length-normalised probabilities (WPO)."),
        Choice("f_divergence_type", "reverse_kl", ["reverse_kl", "forward_kl", "js_divergence", "alpha_divergence"], Dpo,
            "The divergence that ties policy and reference."),
        Number("f_alpha_divergence_coef", "0.5", "(-inf, inf)", Dpo, "Alpha of alpha_divergence."),
        Number("discopop_tau", "0.05", "(0, inf)", Dpo, "Temperature of the discopop loss."),
        Flag("completion_only_loss", "null", Sft, "Learn only the completion; unset, wherever the rows have a prompt."),
        Flag("assistant_only_loss", "false", Sft, "Learn only the assistant's turns of whole conversations."),
        Number("center_rewards_coefficient", "null", "[0, inf)", "TRL RewardConfig", "Weight of the term that keeps the reward model's mean at 0."),
        Text("margin_column", "null", Own, "Column of the number by which a pair's rewards must differ to count as even; unset, none. TRL takes margin wherever it is."),
    ];

    private static IEnumerable<ConfigurationKey> Policy() =>
    [
        Text("reward_model_name_or_path", "null", "TRL's rloo script", "spa rloo: the folder of the reward model; spa.judging.model by another name."),
        Whole("num_generations", "2", "[2, inf)", RlooConfig, "spa rloo: responses to a prompt; per_device_train_batch_size counts responses and is a multiple of it."),
        Whole("max_completion_length", "null", "[1, inf)", RlooConfig, "spa rloo: longest response.") with
        {
            StageDefaults = new Dictionary<ConfigurationStage, string> { [ConfigurationStage.Rloo] = "256" },
        },
        Number("temperature", "1", "[1, 1]", RlooConfig, "spa rloo: of sampling; 1, for the gradient is of the distribution that is sampled from."),
        Whole("num_iterations", "1", "[1, inf)", RlooConfig, "spa rloo: updates on the same responses."),
        Number("epsilon", "0.2", "(0, 1)", RlooConfig, "spa rloo: how far a response's ratio may go from 1 before its gain stops counting; matters from the second update on the same responses."),
        Flag("normalize_advantages", "false", RlooConfig, "spa rloo: advantages of an update shifted and scaled to mean 0 and deviation 1."),
    ];

    private static IEnumerable<ConfigurationKey> Lengths() =>
    [
        Whole("max_length", "1024", "[2, inf)", Dpo, "Most tokens of prompt and response together; null cuts nothing.") with { Nullable = true },
        Whole("max_prompt_length", "null", "[1, inf)", "TRL DPOConfig up to 0.24", "Most tokens of a prompt whose row is longer than max_length; its last tokens stay."),
        Choice("truncation_mode", "keep_start", ["keep_start", "keep_end"], Dpo,
            "What stays of a row that is too long: keep_start cuts the response, keep_end the prompt's beginning first."),
    ];

    private static IEnumerable<ConfigurationKey> Optimisation() =>
    [
        Whole("per_device_train_batch_size", "8", "[1, inf)", Arguments, "Rows (pairs) of a micro-batch on each device."),
        Whole("gradient_accumulation_steps", "1", "[1, inf)", Arguments, "Micro-batches of an update."),
        Number("num_train_epochs", "3", "(0, inf)", Arguments, "Passes over the rows; a fraction ends inside a pass."),
        Whole("max_steps", "-1", "[-1, inf)", Arguments, "Updates in all, whatever num_train_epochs says; -1 for no limit."),
        Number("learning_rate", "1e-6", "[0, inf)", Dpo, "Peak learning rate.") with
        {
            StageDefaults = new Dictionary<ConfigurationStage, string> { [ConfigurationStage.Sft] = "2e-5", [ConfigurationStage.Reward] = "1e-4" },
        },
        Choice("lr_scheduler_type", "linear", ["linear", "cosine", "cosine_with_min_lr", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup",
            "warmup_stable_decay", "inverse_sqrt"], Arguments, "How the learning rate runs after its warm-up (docs/training.md has the formulas)."),
        Number("lr_scheduler_kwargs.min_lr", "null", "[0, inf)", Arguments, "cosine_with_min_lr: the last learning rate."),
        Number("lr_scheduler_kwargs.min_lr_rate", "null", "[0, 1]", Arguments, "cosine_with_min_lr: the last learning rate as a share of the peak."),
        Number("lr_scheduler_kwargs.min_lr_ratio", "null", "[0, 1]", Arguments, "warmup_stable_decay: the last learning rate as a share of the peak."),
        Number("lr_scheduler_kwargs.num_cycles", "null", "(0, inf)", Arguments, "cosine, cosine_with_min_lr, warmup_stable_decay: waves of the cosine; unset, a half. cosine_with_restarts: falls; unset, 1."),
        Whole("lr_scheduler_kwargs.num_stable_steps", "null", "[0, inf)", Arguments, "warmup_stable_decay: updates at the peak; unset, all that are left."),
        Whole("lr_scheduler_kwargs.num_decay_steps", "null", "[0, inf)", Arguments, "warmup_stable_decay: updates of the decay."),
        Choice("lr_scheduler_kwargs.warmup_type", "null", ["linear", "cosine", "1-sqrt"], Arguments, "warmup_stable_decay: how the rate rises; unset, linear."),
        Choice("lr_scheduler_kwargs.decay_type", "null", ["linear", "cosine", "1-sqrt"], Arguments, "warmup_stable_decay: how the rate falls; unset, cosine."),
        Whole("lr_scheduler_kwargs.timescale", "null", "[1, inf)", Arguments, "inverse_sqrt: updates until the rate falls; unset, the warm-up's, or 10000 without one."),
        Number("lr_scheduler_kwargs.lr_end", "null", "[0, inf)", Arguments, "polynomial: the last learning rate; unset, 1e-7."),
        Number("lr_scheduler_kwargs.power", "null", "(0, inf)", Arguments, "polynomial: the exponent; unset, 1."),
        Number("warmup_ratio", "0", "[0, 1]", "transformers TrainingArguments up to 4", "Share of the updates that warm up; warmup_steps goes before it."),
        Number("warmup_steps", "0", "[0, inf)", Arguments, "Updates that warm up; below 1, their share."),
        Choice("optim", "adamw_torch_fused", ["adamw_torch", "adamw_torch_fused", "paged_adamw", "paged_adamw_32bit", "adamw_8bit", "adamw_bnb_8bit", "paged_adamw_8bit", "adamw_bf16",
            "lion_32bit", "paged_lion_32bit", "adafactor", "muon"], Arguments, "The optimiser; names of one rule are the same here, paged or not (docs/training.md)."),
        Number("weight_decay", "0", "[0, inf)", Arguments, "Decoupled decay; not on norms and biases."),
        Number("adam_beta1", "0.9", "[0, 1)", Arguments, "Decay of the first moment."),
        Number("adam_beta2", "0.999", "[0, 1)", Arguments, "Decay of the second moment."),
        Number("adam_epsilon", "1e-8", "(0, inf)", Arguments, "Added to the root of the second moment."),
        Number("max_grad_norm", "1", "[0, inf)", Arguments, "Gradients above this norm are scaled down to it; 0 for no clipping."),
        Choice("train_sampling_strategy", "random", ["random", "sequential"], Arguments, "Order of the rows."),
        Whole("seed", "42", "[0, 4294967295]", Arguments, "Seed of everything random."),
        Flag("gradient_checkpointing", "true", Base, "Compute activations again in the backward pass instead of keeping them."),
        Flag("precompute_ref_log_probs", "false", Dpo, "Compute the reference's log-probs once before training."),
    ];

    private static IEnumerable<ConfigurationKey> Keeping() =>
    [
        Number("logging_steps", "10", "(0, inf)", Base, "Updates between two lines of metrics; below 1, a share of all updates."),
        Number("save_steps", "500", "(0, inf)", Arguments, "Updates between two checkpoints; below 1, a share of all updates."),
        Whole("save_total_limit", "null", "[1, inf)", Arguments, "Checkpoints that are kept; unset, all."),
        Text("resume_from_checkpoint", "null", Arguments, "A checkpoint folder to go on from; unset or true, the latest of output_dir; false, none."),
        Texts("report_to", "[none]", Arguments, "Where metrics go beside metrics.jsonl: none, tensorboard, or all."),
    ];

    private static IEnumerable<ConfigurationKey> Adapter() =>
    [
        Flag("use_peft", "false", Model, "Train a LoRA adapter and leave the model's weights alone."),
        Whole("lora_r", "16", "[1, inf)", Model, "Rank of the adapter."),
        Number("lora_alpha", "32", "(0, inf)", Model, "Scale of the adapter, divided by its rank."),
        Number("lora_dropout", "0.05", "[0, 1)", Model, "Dropout before the adapter."),
        Texts("lora_target_modules", "null", Model, "Names of the linear layers that get an adapter, or all-linear; unset, PEFT's choice (q_proj and v_proj for most families)."),
        Flag("use_rslora", "false", Model, "Divide the scale by the root of the rank."),
        Flag("use_dora", "false", Model, "Learn the magnitude of the weights apart from their direction."),
        Flag("load_in_4bit", "false", Model, "Keep the base in 4 bits: QLoRA, with use_peft (docs/lora.md)."),
        Flag("load_in_8bit", "false", Model, "Keep the base in 8 bits, with use_peft."),
        Choice("bnb_4bit_quant_type", "nf4", ["nf4", "fp4"], Model, "load_in_4bit: the 16 values that a weight can have beside its block's scale."),
        Flag("use_bnb_nested_quant", "false", Model, "load_in_4bit: keep the scales in 8 bits too (double quantisation)."),
    ];
}
