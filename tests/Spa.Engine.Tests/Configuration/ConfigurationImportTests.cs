using Spa.Engine.Configuration;
using Spa.Engine.Configuration.Import;

namespace Spa.Engine.Tests.Configuration;

/// <summary>Files in the shape of the tools' own examples.</summary>
internal sealed class ConfigurationImportTests
{
    private const string Handbook = """
        model_name_or_path: org/zephyr-sft
        torch_dtype: bfloat16
        use_peft: true
        load_in_4bit: true
        use_bnb_nested_quant: true
        lora_r: 16
        lora_target_modules:
        - q_proj
        - k_proj
        dataset_mixer:
          Org/feedback_binarized: 1.0
        dataset_splits:
        - train_prefs
        preprocessing_num_workers: 12
        bf16: true
        beta: 0.01
        do_eval: true
        evaluation_strategy: steps
        gradient_checkpointing_kwargs:
          use_reentrant: false
        learning_rate: 5.0e-6
        lr_scheduler_type: cosine_with_min_lr
        lr_scheduler_kwargs:
          min_lr_rate: 0.1
        optim: paged_adamw_32bit
        output_dir: data/zephyr
        report_to:
        - tensorboard
        - wandb
        """;

    private const string LlamaFactory = """
        ### model
        model_name_or_path: org/llama-instruct
        trust_remote_code: true
        stage: dpo
        do_train: true
        finetuning_type: lora
        lora_rank: 4
        lora_target: all
        pref_beta: 0.2
        pref_loss: sigmoid
        dataset: dpo_en_demo
        template: llama3
        max_samples: 1000
        output_dir: saves/dpo
        per_device_train_batch_size: 1
        bf16: true
        lr_scheduler_type: cosine
        """;

    private const string Axolotl = """
        base_model: org/llama-instruct
        special_tokens:
          pad_token: <|pad|>
        load_in_8bit: true
        rl: ipo
        datasets:
          - path: org/pairs
            type: chat_template.default
            field_messages: conversation
        val_set_size: 0.05
        output_dir: ./outputs/lora
        sequence_len: 4096
        adapter: lora
        lora_r: 32
        lora_target_linear: true
        wandb_project:
        micro_batch_size: 2
        optimizer: adamw_bnb_8bit
        learning_rate: 0.0002
        bf16: auto
        warmup_steps: 10
        """;

    [Test]
    public void A_handbook_recipe_binds_and_lists_the_rest()
    {
        (ImportedConfiguration imported, RunConfig config) = Import(Handbook, ForeignFormat.AlignmentHandbook, ConfigurationStage.Dpo);
        TrainingConfig training = config.Training;
        Assert.That((training.Dtype, training.Beta, training.Optim, training.LrSchedulerKwargs.MinLrRate, training.LoraR), Is.EqualTo(("bfloat16", 0.01, "paged_adamw_32bit", 0.1, 16)));
        Assert.That(training.LoraTargetModules, Is.EqualTo(new[] { "q_proj", "k_proj" }));
        Assert.That(training.ReportTo, Is.EqualTo(new[] { "tensorboard" }));
        Assert.That(imported.Notes.Select(note => note.Key), Is.EqualTo(new[]
        {
            "dataset_mixer", "dataset_splits", "preprocessing_num_workers", "bf16", "do_eval", "evaluation_strategy", "gradient_checkpointing_kwargs", "report_to",
        }));
        Assert.That((training.LoadIn4bit, training.Bnb4bitQuantType, training.UseBnbNestedQuant), Is.EqualTo((true, "nf4", true)));
        Assert.That(imported.Notes[0].Text, Does.Contain("hf download Org/feedback_binarized --repo-type dataset"));
    }

    [Test]
    public void A_LLaMA_Factory_example_brings_its_own_defaults()
    {
        (ImportedConfiguration imported, RunConfig config) = Import(LlamaFactory, ForeignFormat.LlamaFactory, ConfigurationStage.Dpo);
        TrainingConfig training = config.Training;
        Assert.That((training.LoraR, training.LoraAlpha, training.LoraDropout, training.MaxLength, training.LearningRate, training.Beta), Is.EqualTo((4, 8.0, 0.0, 2048, 5e-5, 0.2)));
        Assert.That((training.Dtype, training.UsePeft, training.LossType[0], training.LoraTargetModules![0]), Is.EqualTo(("bfloat16", true, "sigmoid", "all-linear")));
        Assert.That(imported.Notes.Select(note => note.Key), Is.EqualTo(new[] { "trust_remote_code", "do_train", "dataset", "template", "max_samples" }));
    }

    [Test]
    public void An_Axolotl_example_is_for_dpo_with_its_loss()
    {
        (ImportedConfiguration imported, RunConfig config) = Import(Axolotl, ForeignFormat.Axolotl, ConfigurationStage.Dpo);
        TrainingConfig training = config.Training;
        Assert.That((training.LossType[0], training.MaxLength, training.PerDeviceTrainBatchSize, training.NumTrainEpochs, training.LrSchedulerType, training.Optim, training.WarmupSteps),
            Is.EqualTo(("ipo", 4096, 2, 1.0, "cosine", "adamw_bnb_8bit", 10.0)));
        Assert.That((training.UsePeft, training.LoraR, training.LoraTargetModules![0], training.GradientCheckpointing), Is.EqualTo((true, 32, "all-linear", false)));
        // wandb_project is empty and asks for nothing.
        Assert.That(imported.Notes.Select(note => note.Key), Is.EqualTo(new[] { "special_tokens", "datasets", "val_set_size" }));
        Assert.That((training.LoadIn8bit, training.LoadIn4bit), Is.EqualTo((true, false)));
        Assert.That(imported.Notes[1].Text, Does.Contain("hf download org/pairs").And.Contain("the mapping is not taken over"));
    }

    [Test]
    public void Every_foreign_key_is_a_value_or_a_note([Values(Handbook, LlamaFactory, Axolotl)] string text)
    {
        ConfigurationDocument document = ConfigurationFile.Parse(text + "\nnobody_knows_this: 3\n", "foreign.yaml");
        ImportedConfiguration imported = ConfigurationImport.Read(document);
        Assert.That(imported.Notes.Single(note => note.Key == "nobody_knows_this").Text, Is.EqualTo("3 has no counterpart"));
        Assert.That(imported.ToYaml(), Does.Contain("# nobody_knows_this: 3 has no counterpart\n"));
    }

    // The tools' own defaults: LLaMA-Factory and Axolotl quantise the scales too, TRL does not.
    [TestCase("model_name_or_path: m\ndataset_name: d\nbeta: 0.1\nload_in_4bit: true\nuse_peft: true\nbnb_4bit_quant_type: fp4", "fp4", false)]
    [TestCase("model_name_or_path: m\ndataset_name: d\nbeta: 0.1\nload_in_4bit: true\nuse_peft: true\nbnb_4bit_use_double_quant: true", "nf4", true)]
    [TestCase("model_name_or_path: m\ndataset: d.jsonl\nstage: sft\nfinetuning_type: lora\nquantization_bit: 4", "nf4", true)]
    [TestCase("model_name_or_path: m\ndataset: d.jsonl\nstage: sft\nfinetuning_type: lora\nquantization_bit: 4\nquantization_type: fp4\ndouble_quantization: false", "fp4", false)]
    [TestCase("base_model: m\ndatasets: [{path: d.jsonl}]\nadapter: qlora\nload_in_4bit: true", "nf4", true)]
    [TestCase("base_model: m\ndatasets: [{path: d.jsonl}]\nadapter: qlora\nload_in_4bit: true\nbnb_config_kwargs:\n  bnb_4bit_use_double_quant: false", "nf4", false)]
    public void A_base_in_4_bits_keeps_its_kind(string text, string type, bool nested)
    {
        ImportedConfiguration imported = ConfigurationImport.Read(ConfigurationFile.Parse($"{text}\noutput_dir: o\n", "foreign.yaml"));
        TrainingConfig training = RunConfig.Bind(ConfigurationFile.Parse(imported.ToYaml(), "ours.yaml"), imported.Stage, out _).Training;
        Assert.That((training.UsePeft, training.LoadIn4bit, training.LoadIn8bit, training.Bnb4bitQuantType, training.UseBnbNestedQuant), Is.EqualTo((true, true, false, type, nested)));
        Assert.That(imported.Notes.Select(note => note.Key), Is.SubsetOf(new[] { "dataset" }));
    }

    // What a mixture has beside a name is listed: the hub's file, the split, the rows held out.
    [TestCase("dataset_mixture: {datasets: [{id: org/a, config: c, split: train_prefs, weight: 1.0}], test_split_size: 9}", "dataset_mixture",
        "'org/a' becomes dataset_name; a file is one split (train_prefs there); test_split_size 9 has no counterpart: put rows aside and name them in eval_dataset; a data set of the "
        + "Hugging Face Hub: download it ('hf download org/a --repo-type dataset')")]
    [TestCase("datasets: [{path: json, data_files: {train: [a.jsonl]}}, {path: org/b, fraction: 0.5}]", "datasets", "a.jsonl, org/b are mixed there by shares; join them into one file and name it in dataset_name")]
    [TestCase("dataset_name: org/c\ndatasets: [{path: a.jsonl}]", "dataset_name", "is passed over beside datasets, as there")]
    public void A_mixture_of_data_sets_says_what_became_of_it(string text, string key, string note)
    {
        ImportedConfiguration imported = ConfigurationImport.Read(ConfigurationFile.Parse($"model_name_or_path: m\nbeta: 0.1\n{text}\n", "foreign.yaml"));
        Assert.That(imported.Notes.Select(x => (x.Key, x.Text)), Is.EqualTo(new[] { (key, note) }));
        Assert.That(imported.ToYaml(), Does.Match("dataset_name: (org/a|a.jsonl)\n"));
    }

    [Test]
    public void Keys_of_Axolotl_that_TRL_has_come_over()
    {
        const string Text = "base_model: m\nrl: dpo\ndpo_loss_type: [sigmoid, sft]\ndpo_loss_weights: [1, 0.5]\ntrl: {beta: 0.3}\nload_in_4bit: false\nsave_only_model: true\n";
        ImportedConfiguration imported = ConfigurationImport.Read(ConfigurationFile.Parse(Text + "output_dir: o\ndatasets: [{path: d.jsonl}]\n", "foreign.yaml"));
        TrainingConfig training = RunConfig.Bind(ConfigurationFile.Parse(imported.ToYaml(), "ours.yaml"), imported.Stage, out _).Training;
        Assert.That((training.LossType, training.LossWeights), Is.EqualTo((new[] { "sigmoid", "sft" }, new[] { 1, 0.5 })));
        // Axolotl warms up over 3 % where nothing is said.
        Assert.That((training.Beta, training.WarmupRatio), Is.EqualTo((0.3, 0.03)));
        Assert.That(imported.Notes.Select(x => (x.Key, x.Text)), Is.EqualTo(new[] { ("save_only_model", "true has no counterpart: checkpoints hold what resuming needs") }));
    }

    [Test]
    public void A_quantisation_that_is_not_built_is_listed()
    {
        ImportedConfiguration imported = ConfigurationImport.Read(ConfigurationFile.Parse("stage: sft\nfinetuning_type: lora\nquantization_bit: 3\nquantization_method: hqq\n", "foreign.yaml"));
        Assert.That(imported.Notes.Select(note => $"{note.Key} {note.Text}"), Does.Contain("quantization_bit 3 has no counterpart; bitsandbytes' 4 and 8 have, the result will differ"));
    }

    [Test]
    public void A_value_that_the_key_does_not_take_is_listed()
    {
        ConfigurationDocument document = ConfigurationFile.Parse("base_model: m\noptimizer: ao_adamw_4bit\n", "foreign.yaml");
        ImportNote note = ConfigurationImport.Read(document).Notes.Single();
        Assert.That(note.Key, Is.EqualTo("optimizer"));
        Assert.That(note.Text, Does.StartWith("\"ao_adamw_4bit\" is not taken over: expected of optim one of adamw_torch"));
    }

    [TestCase("base_model: m\nrl: orpo", "rl: orpo of Axolotl has no counterpart")]
    [TestCase("finetuning_type: full\nstage: kto", "stage kto of LLaMA-Factory has no counterpart")]
    [TestCase("model: m\ntrain_dataset: d.yaml\ncutoff_len: 9", "LLaMA-Factory's v1 layout")]
    [TestCase("lr: 3", "not a configuration of TRL, alignment-handbook, LLaMA-Factory or Axolotl")]
    public void What_cannot_be_imported_is_refused(string text, string message) =>
        Assert.That(() => ConfigurationImport.Read(ConfigurationFile.Parse(text, "foreign.yaml")), Throws.TypeOf<UsageException>().With.Message.Contains(message));

    [TestCase("trl-lib/ultrafeedback_binarized", true)]
    [TestCase("data/pairs.jsonl", false)]
    [TestCase("pairs.jsonl", false)]
    [TestCase("/data/pairs", false)]
    public void Names_of_the_hub_are_recognised(string name, bool isLike) => Assert.That(HubNames.IsLike(name), Is.EqualTo(isLike));

    [Test]
    public void A_TRL_configuration_binds_unedited()
    {
        const string Trl = """
            model_name_or_path: m
            dataset_name: trl-lib/ultrafeedback_binarized
            output_dir: out
            learning_rate: 5.0e-7
            num_train_epochs: 1
            per_device_train_batch_size: 2
            max_steps: 1000
            gradient_accumulation_steps: 8
            gradient_checkpointing: true
            eval_strategy: steps
            eval_steps: 50
            optim: adamw_8bit
            lr_scheduler_type: warmup_stable_decay
            lr_scheduler_kwargs: {num_decay_steps: 100, decay_type: 1-sqrt}
            disable_tqdm: true
            save_only_model: true
            include_num_input_tokens_seen: true
            env: {CUDA_VISIBLE_DEVICES: 0}
            """;
        RunConfig config = RunConfig.Bind(ConfigurationFile.Parse(Trl, "trl.yaml"), ConfigurationStage.Dpo,
            out IReadOnlyList<string> notices);
        Assert.That((config.Training.Optim, config.Training.LrSchedulerKwargs.DecayType), Is.EqualTo(("adamw_8bit", "1-sqrt")));
        Assert.That(notices, Has.Count.EqualTo(6).And.Some.Contains("'save_only_model' has no counterpart"));
    }

    private static (ImportedConfiguration Imported, RunConfig Config) Import(string text, ForeignFormat format, ConfigurationStage stage)
    {
        ImportedConfiguration imported = ConfigurationImport.Read(ConfigurationFile.Parse(text, "foreign.yaml"));
        Assert.That((imported.Format, imported.Stage), Is.EqualTo((format, stage)));
        RunConfig config = RunConfig.Bind(ConfigurationFile.Parse(imported.ToYaml(), "ours.yaml"), stage, out IReadOnlyList<string> notices);
        Assert.That(notices, Is.Empty);
        return (imported, config);
    }
}
