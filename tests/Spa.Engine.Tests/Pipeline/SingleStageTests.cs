using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline;

namespace Spa.Engine.Tests.Pipeline;

/// <summary><c>spa sft</c> and <c>spa dpo</c> by themselves.</summary>
internal sealed class SingleStageTests
{
    [TestCase(ConfigurationStage.Sft, "sft")]
    [TestCase(ConfigurationStage.Dpo, "dpo")]
    public void A_stage_leaves_model_metrics_and_state_and_does_nothing_the_second_time(ConfigurationStage stage, string name)
    {
        using TinyRun tiny = new();
        Train(tiny, stage);
        foreach (string file in new[] { "model/model.safetensors", "metrics.jsonl", "trainer_state.json", "run.json", "config.yaml" }) Assert.That(Path.Combine(tiny.OutputPath, file), Does.Exist);
        Assert.That(Path.Combine(tiny.OutputPath, "checkpoints"), Does.Not.Exist);
        SortedDictionary<string, string> before = TinyRun.Outcome(tiny.OutputPath);
        CollectingLog log = Train(tiny, stage);
        Assert.That(log.Notices, Does.Contain($"{name}/train: done before"));
        Assert.That(log.Phases, Is.Empty);
        Assert.That(TinyRun.Outcome(tiny.OutputPath), Is.EqualTo(before));
    }

    [Test]
    public void Settings_that_change_the_loss_change_the_model()
    {
        using TinyRun tiny = new();
        string[] Models(ConfigurationStage stage, params string[][] settings) => [.. settings.Select(s =>
        {
            Train(tiny, stage, s);
            return TinyRun.Outcome(tiny.OutputPath)["model/model.safetensors"];
        })];
        Assert.That(Models(ConfigurationStage.Dpo, [], ["label_smoothing=0.2"], ["beta=0.5"], ["loss_type=spa", "spa.threshold=batch", "spa.noise_quantile=0.5", "spa.refine_warmup_ratio=0"], ["max_grad_norm=0.01"], ["seed=1"]), Is.Unique);
        Assert.That(Models(ConfigurationStage.Sft, [], ["completion_only_loss=false"]), Is.Unique);
    }

    [Test]
    public void Options_that_this_build_does_not_have_are_refused_by_name()
    {
        using TinyRun tiny = new();
        void Refused(ConfigurationStage stage, string message, params string[] settings) =>
            Assert.That(() => Train(tiny, stage, settings), Throws.TypeOf<UsageException>().With.Message.EqualTo(message));
        Assert.Multiple(() =>
        {
            Refused(ConfigurationStage.Dpo, "'loss_type: sigmoid, ipo' is not supported by this build; supported: sigmoid, spa", "loss_type=[sigmoid, ipo]");
            Refused(ConfigurationStage.Dpo, "'loss_weights: set' is not supported by this build; supported: unset", "loss_weights=[2]");
            Refused(ConfigurationStage.Dpo, "'ld_alpha: 0.5' is not supported by this build; supported: unset", "ld_alpha=0.5");
            Refused(ConfigurationStage.Dpo, "'use_weighting: true' is not supported by this build; supported: false", "use_weighting=true");
            Refused(ConfigurationStage.Dpo, "'label_smoothing: 0.1' is not supported by this build; supported: spa.label_smoothing, which the spa loss uses", "loss_type=spa", "label_smoothing=0.1");
            Refused(ConfigurationStage.Sft, "'lr_scheduler_type: inverse_sqrt' is not supported by this build; supported: linear, cosine, constant, constant_with_warmup", "lr_scheduler_type=inverse_sqrt");
            Refused(ConfigurationStage.Reward, "training a reward model is not supported by this build; supported: sft, dpo, run");
        });
    }

    [Test]
    public void A_reference_of_its_own_moves_the_margins_from_the_first_update_on()
    {
        using TinyRun tiny = new();
        TinyRun.WriteModel(tiny.In("reference"), first: [.. Enumerable.Repeat(0.5f, 2000)]);
        Train(tiny, ConfigurationStage.Dpo, "logging_steps=1");
        Assert.That(FirstMargin(tiny), Is.Zero, "policy and reference begin as one model");
        CollectingLog log = Train(tiny, ConfigurationStage.Dpo, "logging_steps=1", $"ref_model_name_or_path={tiny.In("reference")}");
        Assert.That(FirstMargin(tiny), Is.Not.Zero);
        Assert.That(log.Notices, Does.Contain("dpo/train: its inputs changed, done again"));
    }

    private static double FirstMargin(TinyRun tiny) =>
        JsonNode.Parse(File.ReadLines(Path.Combine(tiny.OutputPath, "metrics.jsonl")).First())!["rewards/margins"]!.GetValue<double>();

    private static CollectingLog Train(TinyRun tiny, ConfigurationStage stage, params string[] settings)
    {
        var log = new CollectingLog();
        string config = tiny.In("stage.yaml");
        File.WriteAllText(config, $"""
            model_name_or_path: {tiny.ModelPath}
            dataset_name: {tiny.In("seed.jsonl")}
            output_dir: {tiny.OutputPath}
            per_device_train_batch_size: 2
            num_train_epochs: 1
            learning_rate: 1.0e-2
            logging_steps: 2
            """);
        if (stage == ConfigurationStage.Sft)
            File.WriteAllLines(tiny.In("seed.jsonl"), Enumerable.Range(0, 9).Select(i => new JsonObject { ["prompt"] = TinyRun.Sentence(i), ["completion"] = " " + TinyRun.Sentence(i + 3) }.ToJsonString()));
        using var backend = new CpuBackend(new CpuOptions { Threads = 2 });
        SingleStage.Run(RunConfig.Load(config, stage, settings, out _), new RunContext(backend, DType.Float32, log, CancellationToken.None), []);
        return log;
    }
}
