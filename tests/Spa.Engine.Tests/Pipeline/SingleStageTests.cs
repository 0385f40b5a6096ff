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
    [TestCase(ConfigurationStage.Reward, "reward")]
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
            Refused(ConfigurationStage.Dpo, "'loss_type: sigmoid, spa' is not supported by this build; supported: one of sigmoid and spa, which are the same loss", "loss_type=[sigmoid, spa]");
            Refused(ConfigurationStage.Dpo, "'ld_alpha: 0.5' is not supported by this build; supported: unset with the sft loss, which counts every token once", "ld_alpha=0.5", "loss_type=[sigmoid, sft]");
            Refused(ConfigurationStage.Dpo, "'use_weighting: true' is not supported by this build; supported: false with sft, aot and aot_unpaired, which are losses of a whole batch", "use_weighting=true", "loss_type=aot");
            Refused(ConfigurationStage.Dpo, "'label_smoothing: 0' is not supported by this build; supported: a number above 0 with exo_pair", "loss_type=exo_pair");
            Refused(ConfigurationStage.Dpo, "'label_smoothing: 0.1' is not supported by this build; supported: spa.label_smoothing, which the spa loss uses", "loss_type=spa", "label_smoothing=0.1");
            Refused(ConfigurationStage.Sft, "'load_in_4bit: true' is not supported by this build; supported: use_peft: true beside it, because codes cannot be trained", "load_in_4bit=true");
            Refused(ConfigurationStage.Dpo, "'load_in_8bit: true' is not supported by this build; supported: use_peft: true beside it, because codes cannot be trained", "load_in_8bit=true");
            Refused(ConfigurationStage.Reward, "'load_in_8bit: true' is not supported by this build; supported: false for a reward model, which is trained whole", "load_in_8bit=true");
            Refused(ConfigurationStage.Dpo, "'load_in_8bit: true' is not supported by this build; supported: one of load_in_4bit and load_in_8bit", "load_in_8bit=true", "load_in_4bit=true", "use_peft=true");
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

    [Test]
    public void Held_out_pairs_are_evaluated_before_and_after_training()
    {
        using TinyRun tiny = new();
        string held = $"eval_dataset={tiny.In("held-out.jsonl")}";
        Train(tiny, ConfigurationStage.Dpo, held, "logging_steps=1", "num_train_epochs=3");
        JsonObject[] lines = Metrics(tiny);
        JsonObject first = lines[0], last = lines[^1];
        JsonObject after = JsonNode.Parse(File.ReadAllText(Path.Combine(tiny.OutputPath, "evaluation-after.json")))!.AsObject();
        Assert.Multiple(() =>
        {
            Assert.That(lines.Count(l => l.ContainsKey("eval_loss")), Is.EqualTo(2));
            Assert.That((Number(first, "step"), Number(first, "epoch")), Is.EqualTo((0.0, 0.0)));
            Assert.That(Number(first, "eval_loss"), Is.EqualTo(Math.Log(2)).Within(1e-12), "policy and reference are one model");
            Assert.That(Number(first, "eval_rewards/margins"), Is.Zero);
            Assert.That(Number(last, "step"), Is.EqualTo(Number(lines[^2], "step")), "behind the last update");
            Assert.That(Number(last, "epoch"), Is.EqualTo(3));
            Assert.That(Number(last, "eval_rewards/margins"), Is.Not.Zero);
            Assert.That(Number(last, "eval_rewards/chosen") - Number(last, "eval_rewards/rejected"), Is.EqualTo(Number(last, "eval_rewards/margins")).Within(1e-9));
            Assert.That(after["measure"]!.GetValue<string>(), Is.EqualTo("implicit reward"));
            Assert.That(after["accuracy"]![0]!["pairs"]!.GetValue<int>(), Is.EqualTo(7));
            Assert.That(after["accuracy"]![0]!["value"]!.GetValue<double>(), Is.EqualTo(Number(last, "eval_rewards/accuracies")).Within(1e-12), "no ties");
            Assert.That(after["accuracy"]![0]!.AsObject(), Does.ContainKey("low"));
        });
        AssertStateAndCard(tiny, lines, "preference pairs by Direct Preference Optimization", "Agreement with labels");
        AssertStable(tiny, ConfigurationStage.Dpo, held, "logging_steps=1", "num_train_epochs=3");
    }

    [Test]
    public void A_model_that_was_trained_on_the_held_out_examples_predicts_them_as_its_training_says()
    {
        using TinyRun tiny = new();
        string[] settings = [$"eval_dataset={tiny.In("seed.jsonl")}", "logging_steps=1", "num_train_epochs=4", "per_device_train_batch_size=9"];
        Train(tiny, ConfigurationStage.Sft, settings);
        JsonObject[] lines = Metrics(tiny);
        Assert.Multiple(() =>
        {
            // The first update's loss is that of the untrained model over the same tokens, in one batch.
            Assert.That(Number(lines[0], "eval_loss"), Is.EqualTo(Number(lines[1], "loss")).Within(1e-5));
            Assert.That(Number(lines[0], "eval_mean_token_accuracy"), Is.EqualTo(Number(lines[1], "mean_token_accuracy")).Within(1e-6));
            Assert.That(Number(lines[0], "eval_entropy"), Is.EqualTo(Number(lines[1], "entropy")).Within(1e-5));
            Assert.That(Number(lines[^1], "eval_loss"), Is.LessThan(Number(lines[^2], "loss")), "after the last update");
        });
        AssertStateAndCard(tiny, lines, "fine-tuned to imitate examples", "Token accuracy");
        AssertStable(tiny, ConfigurationStage.Sft, settings);
    }

    [TestCase(ConfigurationStage.Sft, "sft/evaluate-after", 4)]
    [TestCase(ConfigurationStage.Dpo, "dpo/evaluate-before", 3)]
    [TestCase(ConfigurationStage.Dpo, "dpo/reference", 3)]
    [TestCase(ConfigurationStage.Dpo, "dpo/train", 2)]
    [TestCase(ConfigurationStage.Reward, "reward/train", 2)]
    [TestCase(ConfigurationStage.Reward, "reward/evaluate-after", 3)]
    public void Interrupted_anywhere_a_stage_with_evaluation_ends_with_the_same_files(ConfigurationStage stage, string phase, int report)
    {
        using TinyRun whole = new(), torn = new();
        Train(whole, stage, $"eval_dataset={whole.In("seed.jsonl")}", "save_steps=1");
        string held = $"eval_dataset={torn.In("seed.jsonl")}";
        int reports = 0;
        var log = new TornLog(phase, () => ++reports == report);
        Assert.That(() => TrainWith(log, torn, stage, held, "save_steps=1"), Throws.TypeOf<TimeoutException>());
        Train(torn, stage, held, "save_steps=1");
        SpaRunTests.AssertSame(TinyRun.Outcome(torn.OutputPath), TinyRun.Outcome(whole.OutputPath));
    }

    [Test]
    public void Other_held_out_rows_are_evaluated_without_training_again()
    {
        using TinyRun tiny = new();
        Train(tiny, ConfigurationStage.Dpo);
        Assert.That(Metrics(tiny).Any(l => l.ContainsKey("eval_loss")), Is.False);
        CollectingLog log = Train(tiny, ConfigurationStage.Dpo, $"eval_dataset={tiny.In("held-out.jsonl")}");
        Assert.That(log.Phases, Is.EquivalentTo(new[] { "dpo/evaluate-before", "dpo/evaluate-after" }));
        Assert.That(Metrics(tiny).Count(l => l.ContainsKey("eval_loss")), Is.EqualTo(2));
    }

    private static void AssertStateAndCard(TinyRun tiny, JsonObject[] lines, params string[] card)
    {
        JsonArray history = JsonNode.Parse(File.ReadAllText(Path.Combine(tiny.OutputPath, "trainer_state.json")))!["log_history"]!.AsArray();
        Assert.That(history.Select(h => h!["eval_loss"]?.GetValue<double>()), Is.EqualTo(lines.Select(l => l["eval_loss"]?.GetValue<double>())));
        string text = File.ReadAllText(Path.Combine(tiny.OutputPath, "model", "README.md"));
        foreach (string part in card) Assert.That(text, Does.Contain(part));
        Assert.That(text, Does.Contain("| Before training |").And.Contain("| After training |").And.Not.Contain(tiny.Root));
    }

    private static void AssertStable(TinyRun tiny, ConfigurationStage stage, params string[] settings)
    {
        SortedDictionary<string, string> before = TinyRun.Outcome(tiny.OutputPath);
        byte[] state = File.ReadAllBytes(Path.Combine(tiny.OutputPath, "trainer_state.json"));
        Assert.That(Train(tiny, stage, settings).Phases, Is.Empty);
        Assert.That(TinyRun.Outcome(tiny.OutputPath), Is.EqualTo(before));
        Assert.That(File.ReadAllBytes(Path.Combine(tiny.OutputPath, "trainer_state.json")), Is.EqualTo(state));
    }

    private static JsonObject[] Metrics(TinyRun tiny) => [.. File.ReadLines(Path.Combine(tiny.OutputPath, "metrics.jsonl")).Select(l => JsonNode.Parse(l)!.AsObject())];

    private static double Number(JsonObject line, string key) => line[key]!.GetValue<double>();

    private static double FirstMargin(TinyRun tiny) =>
        JsonNode.Parse(File.ReadLines(Path.Combine(tiny.OutputPath, "metrics.jsonl")).First())!["rewards/margins"]!.GetValue<double>();

    private static CollectingLog Train(TinyRun tiny, ConfigurationStage stage, params string[] settings)
    {
        var log = new CollectingLog();
        TrainWith(log, tiny, stage, settings);
        return log;
    }

    private static void TrainWith(RunLog log, TinyRun tiny, ConfigurationStage stage, params string[] settings)
    {
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
    }

    // Fails where it is told to, as if the process had died there.
    private sealed class TornLog(string phase, Func<bool> isThere) : RunLog
    {
        public override void Notice(string message) { }

        public override void Progress(string current, long done, long total, string unit, string detail = "")
        {
            if (current == phase && isThere()) throw new TimeoutException();
        }
    }
}
