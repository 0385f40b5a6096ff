using System.Reflection;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline;
using Spa.Engine.Preference;

namespace Spa.Engine.Tests.Configuration;

internal sealed class RunConfigTests
{
    private const string Minimal = "model_name_or_path: m\ndataset_name: d.jsonl\noutput_dir: o\n";
    private const string Loop = "model_name_or_path: m\noutput_dir: o\nspa:\n  prompts: [a, b, c]\n";

    [Test]
    public void Defaults_are_those_of_TRL()
    {
        TrainingConfig dpo = Bind(Minimal).Training;
        Assert.That((dpo.LearningRate, dpo.Beta, dpo.MaxLength, dpo.MaxPromptLength, dpo.TruncationMode), Is.EqualTo((1e-6, 0.1, (int?)1024, (int?)null, "keep_start")));
        Assert.That((dpo.PerDeviceTrainBatchSize, dpo.NumTrainEpochs, dpo.MaxSteps, dpo.LrSchedulerType, dpo.WeightDecay), Is.EqualTo((8, 3.0, -1, "linear", 0.0)));
        Assert.That((dpo.Dtype, dpo.Seed, dpo.LoggingSteps, dpo.SaveSteps, dpo.GradientCheckpointing), Is.EqualTo(("float32", 42u, 10.0, 500.0, true)));
        Assert.That((dpo.LoraR, dpo.LoraAlpha, dpo.LoraDropout, dpo.Optim), Is.EqualTo((16, 32.0, 0.05, "adamw_torch_fused")));
        Assert.That(dpo.LossType, Is.EqualTo(new[] { "sigmoid" }));
        Assert.That(Bind(Minimal, ConfigurationStage.Sft).Training.LearningRate, Is.EqualTo(2e-5));
        Assert.That(Bind(Minimal, ConfigurationStage.Sft).Training.LossType, Is.EqualTo(new[] { "chunked_nll" }));
        Assert.That(Bind(Minimal, ConfigurationStage.Reward).Training.LearningRate, Is.EqualTo(1e-4));
        Assert.That(Bind(Loop, ConfigurationStage.Run).Training.LossType, Is.EqualTo(new[] { "spa" }));
    }

    [Test]
    public void Every_key_has_a_property_and_every_property_a_key()
    {
        (Type Type, string Section)[] records = [(typeof(TrainingConfig), ""), (typeof(SchedulerConfig), "lr_scheduler_kwargs"), (typeof(SpaConfig), "spa"), (typeof(SamplingConfig), "spa.sampling"), (typeof(JudgingConfig), "spa.judging")];
        foreach ((Type type, string section) in records)
        {
            IEnumerable<string> keys = ConfigurationKeys.All.Where(key => key.Section == section).Select(key => ConfigurationRecords.PropertyName(key.Name));
            IEnumerable<string> properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => !p.PropertyType.Name.EndsWith("Config", StringComparison.Ordinal)).Select(p => p.Name);
            Assert.That(properties, Is.EquivalentTo(keys), type.Name);
        }

        Assert.That(ConfigurationKeys.All.Select(key => key.Section).Distinct(), Is.EquivalentTo(records.Select(r => r.Section)));
        Assert.That(ForeignKeys.All.Keys.Where(name => ConfigurationKeys.Find(name) is not null), Is.Empty);
    }

    [TestCase("lerning_rate: 1", "c.yaml:4: unknown key 'lerning_rate', did you mean 'learning_rate'?")]
    [TestCase("noise_quantile: 0.1", "c.yaml:4: unknown key 'noise_quantile', did you mean 'spa.noise_quantile'?")]
    [TestCase("spa:\n  noise_quantil: 0.1", "c.yaml:5: unknown key 'spa.noise_quantil', did you mean 'spa.noise_quantile'?")]
    [TestCase("completely_else: 1", "c.yaml:4: unknown key 'completely_else'; docs/configuration.md lists all")]
    [TestCase("beta: high", "c.yaml:4: 'beta' must be a number in [0, inf); found \"high\"")]
    [TestCase("beta: null", "c.yaml:4: 'beta' must be a number in [0, inf); found null")]
    [TestCase("beta: -1", "c.yaml:4: 'beta' must be a number in [0, inf); found -1")]
    [TestCase("seed: 1.5", "c.yaml:4: 'seed' must be a whole number in [0, 4294967295]; found 1.5")]
    [TestCase("seed: 4294967296", "c.yaml:4: 'seed' must be")]
    [TestCase("max_steps: 4294967295", "c.yaml:4: 'max_steps' must be")]
    [TestCase("use_peft: no", "c.yaml:4: 'use_peft' must be true or false; found \"no\"")]
    [TestCase("optim: adamw_torh", "did you mean 'adamw_torch'?")]
    [TestCase("loss_type: [sigmoid, hing]", "found 'hing', did you mean 'hinge'?")]
    [TestCase("loss_type: []", "c.yaml:4: 'loss_type' must be")]
    [TestCase("spa: 3", "c.yaml:4: 'spa' must hold keys")]
    [TestCase("spa:\n  sampling: {top_p: 0}", "c.yaml:5: 'spa.sampling.top_p' must be a number in (0, 1]; found 0")]
    [TestCase("max_seq_length: 5", "c.yaml:4: 'max_seq_length' is called max_length now; remove it")]
    [TestCase("packing: true", "c.yaml:4: 'packing' has no counterpart")]
    [TestCase("loss_weights: [1, 2]", "c.yaml:4: 'loss_weights' has 2 values for 1 losses")]
    [TestCase("max_prompt_length: 2000", "leaves no room for a response")]
    [TestCase("loss_type: robust\nlabel_smoothing: 0.5", "c.yaml:5: 'label_smoothing' must be below 0.5")]
    [TestCase("lr_scheduler_type: cosine_with_min_lr", "needs lr_scheduler_kwargs.min_lr")]
    [TestCase("lr_scheduler_type: cosine_with_min_lr\nlr_scheduler_kwargs: {min_lr: 1.0e-7, min_lr_rate: 0.1}", "min_lr or min_lr_rate, one of them")]
    [TestCase("lr_scheduler_type: warmup_stable_decay", "needs lr_scheduler_kwargs.num_decay_steps")]
    [TestCase("lr_scheduler_type: polynomial\nlearning_rate: 1.0e-7", "falls to lr_scheduler_kwargs.lr_end, 1E-07; learning_rate 1E-07 must be above it")]
    [TestCase("lr_scheduler_type: cosine\nlr_scheduler_kwargs: {min_lr: 1.0e-7}", "'lr_scheduler_kwargs.min_lr' is not an option of lr_scheduler_type cosine; remove it")]
    [TestCase("optim: lion_8bit", "found 'lion_8bit', did you mean 'lion_32bit'?")]
    [TestCase("preset: spa-papr", "did you mean 'spa-paper'?")]
    public void A_wrong_key_or_value_is_one_line_with_its_place(string yaml, string expected)
    {
        UsageException error = Assert.Throws<UsageException>(() => Bind(Minimal + yaml + "\n"))!;
        Assert.That(error.Message, Does.Contain(expected).And.Not.Contain("\n"));
        Assert.That(error.ExitCode, Is.EqualTo(2));
    }

    [Test]
    public void Missing_keys_are_named_with_their_meaning()
    {
        Assert.That(() => Bind("dataset_name: d\noutput_dir: o\n"), Throws.InstanceOf<UsageException>().With.Message.StartsWith("c.yaml: 'model_name_or_path' is missing: The model to train"));
        Assert.That(() => Bind("model_name_or_path: m\noutput_dir: o\n", ConfigurationStage.Run), Throws.InstanceOf<UsageException>().With.Message.Contains("'spa.prompts' is missing"));
    }

    [Test]
    public void A_TRL_file_runs_and_says_what_it_lost()
    {
        RunConfig.Bind(
            ConfigurationFile.Parse(Minimal + "bf16: true\npush_to_hub: false\neval_strategy: steps\ngenerate_during_eval: false\npacking: false\nreport_to: wandb\n", "c.yaml"),
            ConfigurationStage.Dpo, out IReadOnlyList<string> notices);
        Assert.That(notices, Is.EqualTo(new[]
        {
            "c.yaml:4: 'bf16' is PyTorch's autocast; dtype decides here; it is ignored",
            "c.yaml:6: 'eval_strategy' has no counterpart: eval_dataset is evaluated before and after training; it is ignored",
            "c.yaml:7: 'generate_during_eval' is gone; use spa generate; it was removed upstream and is ignored",
            "c.yaml:9: report_to: wandb has no counterpart; metrics.jsonl and the report are always written",
        }));
    }

    [TestCase("0.3", new[] { 0.3, 0.3, 0.3 })]
    [TestCase("1", new[] { 1.0, 1.0, 1.0 })]
    [TestCase("[0.5, 0.25, 0.125]", new[] { 0.5, 0.25, 0.125 })]
    public void A_fractional_lambda_works_from_file_and_from_set(string value, double[] expected)
    {
        ConfigurationDocument document = ConfigurationFile.Parse(Loop, "c.yaml");
        ConfigurationFile.Apply(document, $"spa.extrapolation={value}");
        SpaConfig fromSet = RunConfig.Bind(document, ConfigurationStage.Run, out _).Spa;
        SpaConfig fromFile = Bind($"{Loop}  extrapolation: {value}\n", ConfigurationStage.Run).Spa;
        Assert.That(Enumerable.Range(1, 3).Select(fromSet.ExtrapolationOf), Is.EqualTo(expected));
        Assert.That(fromFile, Is.EqualTo(fromSet));
    }

    [Test]
    public void Prompts_are_a_file_per_iteration_or_one_file_in_parts()
    {
        SpaConfig files = Bind(Loop, ConfigurationStage.Run).Spa;
        Assert.That(Enumerable.Range(1, 3).Select(files.PromptsOf), Is.EqualTo(new (string, long, int?)[] { ("a", 0, null), ("b", 0, null), ("c", 0, null) }));
        SpaConfig parts = Bind(Loop.Replace("[a, b, c]", "x") + "  prompts_per_iteration: [8, 20, 30]\n", ConfigurationStage.Run).Spa;
        Assert.That(Enumerable.Range(1, 3).Select(parts.PromptsOf), Is.EqualTo(new (string, long, int?)[] { ("x", 0, 8), ("x", 8, 20), ("x", 28, 30) }));
    }

    [TestCase("  iterations: 4\n", "'spa.extrapolation' has 3 values for 4 iterations")]
    [TestCase("  extrapolation: 0\n  iterations: 4\n", "'spa.prompts' has 3 values for 4 iterations")]
    [TestCase("  prompts_per_iteration: [1, 2]\n", "'spa.prompts_per_iteration' has 2 values for 3 iterations")]
    [TestCase("  label_smoothing: [0.1, 0.2]\n", "'spa.label_smoothing' has 2 values for 3 iterations")]
    [TestCase("  noise_quantile: [0.1, 0.2]\n", "'spa.noise_quantile' has 2 values for 3 iterations")]
    [TestCase("  noise_quantile: [0.1, 0.2, 1.5]\n", "1.5")]
    public void A_loop_with_too_few_values_is_refused_before_it_starts(string yaml, string expected) =>
        Assert.That(() => Bind(Loop + yaml, ConfigurationStage.Run), Throws.InstanceOf<UsageException>().With.Message.Contains(expected));

    [Test]
    public void Alpha_K_and_lambda_are_one_number_or_one_for_each_iteration()
    {
        SpaConfig each = Bind(Loop + "  label_smoothing: [0.1, 0.2, 0.3]\n  noise_quantile: [0.3, 0.2, 0.1]\n  extrapolation: [1, 2, 3]\n", ConfigurationStage.Run).Spa;
        SpaConfig all = Bind(Loop + "  label_smoothing: 0.2\n  noise_quantile: 0.3\n  extrapolation: 1\n", ConfigurationStage.Run).Spa;
        for (int t = 1; t <= 3; t++)
        {
            RefinementSettings own = TrainingSetup.Refinement(each, t), same = TrainingSetup.Refinement(all, t);
            Assert.That(new[] { own.LabelSmoothing, own.NoiseQuantile, own.Extrapolation }, Is.EqualTo(new[] { t / 10.0, (4 - t) / 10.0, t }).Within(1e-15));
            Assert.That((same.LabelSmoothing, same.NoiseQuantile, same.Extrapolation), Is.EqualTo((0.2, 0.3, 1.0)));
        }
    }

    [TestCase(8, 0.1, "smooth", 0.1, false)]
    [TestCase(10, 0.1, "smooth", 0.1, true)]
    [TestCase(8, 0.1, "smooth", 0, true)]
    [TestCase(8, 0.1, "drop", 0, false)]
    [TestCase(4, 0.25, "flip", 0.1, true)]
    public void A_micro_batch_too_small_for_its_own_quantile_is_named(int pairs, double share, string flag, double alpha, bool flags)
    {
        string yaml = $"per_device_train_batch_size: {pairs}\n{Loop}  threshold: batch\n  noise_quantile: {share}\n  flag: {flag}\n  label_smoothing: {alpha}\n";
        RunConfig.Bind(ConfigurationFile.Parse(yaml, "c.yaml"), ConfigurationStage.Run, out IReadOnlyList<string> notices);
        Assert.That(notices.Any(n => n.Contains("of each micro-batch of 10 pairs or more")), Is.EqualTo(!flags));
    }

    [Test]
    public void One_file_of_prompts_needs_to_know_how_many_an_iteration_takes() =>
        Assert.That(() => Bind(Loop.Replace("[a, b, c]", "x"), ConfigurationStage.Run), Throws.InstanceOf<UsageException>().With.Message.Contains("spa.prompts_per_iteration"));

    [Test]
    public void Presets_hold_the_published_settings_below_what_is_written()
    {
        RunConfig paper = Bind(Loop.Replace("[a, b, c]", "x") + "preset: spa-paper\nbeta: 0.2\n", ConfigurationStage.Run);
        Assert.That((paper.Training.Beta, paper.Training.LearningRate, paper.Training.MaxLength, paper.Training.MaxPromptLength), Is.EqualTo((0.2, 5e-7, (int?)2048, (int?)1024)));
        Assert.That((paper.Training.Dtype, paper.Training.LrSchedulerType, paper.Training.WarmupRatio, paper.Training.NumTrainEpochs), Is.EqualTo(("bfloat16", "cosine", 0.1, 1.0)));
        Assert.That(paper.Training.PerDeviceTrainBatchSize * paper.Training.GradientAccumulationSteps, Is.EqualTo(32));
        Assert.That(paper.Spa.Extrapolation, Is.EqualTo(new[] { 0.5, 0.25, 0.125 }));
        Assert.That(paper.Spa.PromptsPerIteration, Is.EqualTo(new[] { 8000, 20000, 30000 }));
        Assert.That((paper.Spa.Threshold, paper.Spa.Iterations, paper.Spa.SeedNumTrainEpochs), Is.EqualTo(("quantile", 3, 3.0)));

        SpaConfig released = Bind(Loop.Replace("[a, b, c]", "x") + "preset: spa-released\n", ConfigurationStage.Run).Spa;
        Assert.That((released.Threshold, released.Iterations, released.ExtrapolationOf(2), released.LabelSmoothingOf(2)), Is.EqualTo(("rolling", 2, 0.0, 0.1)));
        Assert.That((released.Sampling.Temperature, released.Sampling.TopP, released.Sampling.MaxNewTokens), Is.EqualTo((0.7, 1.0, 300)));
    }

    [Test]
    public void Every_key_of_a_preset_is_a_key_and_every_preset_is_offered()
    {
        foreach (string name in ConfigurationKeys.Find("preset")!.Choices)
        {
            ConfigurationDocument preset = Presets.Load(name);
            foreach (string path in Paths(preset.Root, "")) Assert.That(ConfigurationKeys.Find(path), Is.Not.Null, $"{name}: {path}");
        }
    }

    [TestCase(0, 0.1, 100, 10)]
    [TestCase(0, 0.1, 11, 2)]
    [TestCase(3, 0.5, 100, 3)]
    [TestCase(0.25, 0, 10, 3)]
    [TestCase(0, 0, 10, 0)]
    public void Warm_up_counts_as_in_transformers(double steps, double ratio, int total, int expected)
    {
        TrainingConfig config = Bind(Minimal).Training with { WarmupSteps = steps, WarmupRatio = ratio };
        Assert.That(config.WarmupUpdates(total), Is.EqualTo(expected));
    }

    [Test]
    public void A_saved_configuration_loads_equal_and_writes_the_same_bytes()
    {
        Gen.Select(Gen.String, Gen.Double[1e-12, 10], Gen.Int[2, 100000], Gen.Bool, Gen.Double[0, 1].Array[3], Gen.Int[0, 4]).Sample(
            (text, number, whole, flag, lambdas, stage) =>
            {
                string sound = string.Concat(text.EnumerateRunes());
                RunConfig config = Bind(Loop + "dataset_name: d\n", (ConfigurationStage)stage);
                config = config with
                {
                    Training = config.Training with
                    {
                        OutputDir = sound,
                        LearningRate = number,
                        MaxLength = flag ? null : whole,
                        UsePeft = flag,
                        LoraTargetModules = flag ? new ValueList<string>([sound, "no", "1"]) : null,
                        LrSchedulerType = "cosine_with_min_lr",
                        LrSchedulerKwargs = new SchedulerConfig { MinLr = number },
                    },
                    Spa = config.Spa with { Extrapolation = new ValueList<double>(lambdas), SeedDataset = sound, Sampling = config.Spa.Sampling with { Temperature = number } },
                };
                string yaml = config.ToYaml();
                RunConfig again = Bind(yaml, (ConfigurationStage)stage);
                Assert.That(again, Is.EqualTo(config));
                Assert.That(again.ToYaml(), Is.EqualTo(yaml));
            },
            iter: 300);
    }

    private static RunConfig Bind(string yaml, ConfigurationStage stage = ConfigurationStage.Dpo) => RunConfig.Bind(ConfigurationFile.Parse(yaml, "c.yaml"), stage, out _);

    private static IEnumerable<string> Paths(System.Text.Json.Nodes.JsonObject section, string path) => section.SelectMany(
        pair => pair.Value is System.Text.Json.Nodes.JsonObject inner ? Paths(inner, $"{path}{pair.Key}.") : [path + pair.Key]);
}
