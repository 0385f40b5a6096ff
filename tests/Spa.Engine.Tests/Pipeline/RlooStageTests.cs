using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Configuration;
using Spa.Engine.Formats;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Tests.Models;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>Policy optimisation from sampling to the model folder.</summary>
internal sealed class RlooStageTests
{
    private static readonly TrainerSettings s_settings = new()
    {
        MicroBatch = 3,
        Accumulation = 2,
        Repeats = 2,
        Epochs = 1,
        MaxSteps = 6,
        LearningRate = 5e-3,
        LoggingSteps = 1,
        SaveSteps = 0,
        GradientCheckpointing = false,
    };

    [Test]
    public void The_reward_rises_towards_a_known_best_answer_and_the_policy_stays_near_its_start()
    {
        using TinyRun tiny = new();
        List<TrainingRecord> records = [];
        Train(tiny, s_settings with { MaxSteps = 50, Repeats = 1 }, 2, (trainer, _, _) => Finish(trainer, records));
        double first = records.Take(5).Average(r => r["rewards/judge/mean"]), last = records.TakeLast(5).Average(r => r["rewards/judge/mean"]);
        Assert.That(last, Is.GreaterThan(3 * first), "the share of the wanted letter");
        Assert.That(records[0]["kl"], Is.EqualTo(0).Within(1e-5), "policy and reference begin as one model");
        Assert.That(records[^1]["kl"], Is.Positive.And.LessThan(50));
        Assert.That(records[0].Values.Select(v => v.Key), Is.SupersetOf(new[] { "loss", "reward", "reward_std", "frac_reward_zero_std", "kl", "entropy", "completions/mean_length",
            "completions/clipped_ratio", "clip_ratio/region_mean", "num_tokens", "grad_norm" }));
    }

    [Test]
    public void Weights_are_the_same_bits_on_any_number_of_threads_and_after_a_stop_between_two_updates_on_the_same_responses()
    {
        using TinyRun tiny = new();
        float[] expected = Train(tiny, s_settings, 1, (trainer, _, _) => Finish(trainer, []));
        Everywhere.AssertSameBits(Train(tiny, s_settings, 3, (trainer, _, _) => Finish(trainer, [])), expected, "three threads");
        foreach (int stop in new[] { 3, 4 })
        {
            using TempFolder folder = new();
            Train(tiny, s_settings, 2, (trainer, policy, task) =>
            {
                for (int i = 0; i < stop; i++) trainer.RunUpdate();
                TrainingCheckpoint.Save(folder.Path, "key", trainer, policy, task, 0);
            });
            float[] resumed = Train(tiny, s_settings, 2, (trainer, policy, task) =>
            {
                TrainingCheckpoint.Restore(folder.Path, "key", trainer, policy, task);
                Assert.That(trainer.Step, Is.EqualTo(stop));
                Finish(trainer, []);
            });
            Everywhere.AssertSameBits(resumed, expected, $"stopped at update {stop}");
        }
    }

    [Test]
    public void A_stage_against_a_reward_model_leaves_model_metrics_evaluation_and_card_and_does_nothing_the_second_time([Values] bool adapter)
    {
        using TinyRun tiny = new();
        string reward = TrainReward(tiny);
        string[] settings = [$"reward_model_name_or_path={reward}", $"eval_dataset={tiny.In("x2.jsonl")}", $"use_peft={(adapter ? "true" : "false")}"];
        CollectingLog log = Run(tiny, settings);
        Assert.Multiple(() =>
        {
            Assert.That(log.Details, Has.Some.StartsWith("reward ").And.None.StartsWith("loss "), "the loss is around 0 throughout");
            Assert.That(Path.Combine(tiny.OutputPath, "model", adapter ? "adapter_config.json" : "model.safetensors"), Does.Exist);
            Assert.That(JsonFiles.ReadObject(Path.Combine(tiny.OutputPath, "evaluation-after.json"))["metrics"]!.AsObject().Select(m => m.Key),
                Is.EqualTo(new[] { "eval_reward", "eval_completions/mean_length" }));
            Assert.That(File.ReadAllText(Path.Combine(tiny.OutputPath, "model", "README.md")), Does.Contain("leave-one-out").And.Contain("reward-model, reward").And.Contain("Mean reward"));
            Assert.That(File.ReadLines(Path.Combine(tiny.OutputPath, "metrics.jsonl")).Count(), Is.EqualTo(3 + 2), "9 prompts, 4 an update; an evaluation before and one after");
        });
        SortedDictionary<string, string> before = TinyRun.Outcome(tiny.OutputPath);
        Assert.That(Run(tiny, settings).Phases, Is.Empty);
        Assert.That(TinyRun.Outcome(tiny.OutputPath), Is.EqualTo(before));
    }

    [Test]
    public void What_it_cannot_do_is_refused_before_work_begins()
    {
        using TinyRun tiny = new();
        void Refused(string message, params string[] settings) => Assert.That(() => Run(tiny, settings), Throws.InstanceOf<SpaException>().With.Message.Contains(message));
        Assert.Multiple(() =>
        {
            Refused("the reward-model judge needs the folder of a reward model");
            Refused("'spa.judge: implicit' is not supported by spa rloo", "spa.judge=implicit");
            Refused("'per_device_train_batch_size' 4 is not a multiple of 'num_generations' 3", "spa.judge=random", "num_generations=3");
            Refused("'temperature' must be", "spa.judge=random", "temperature=0.7");
            Refused("this judge compares", "spa.judge=llm", $"eval_dataset={tiny.In("x2.jsonl")}");
            Refused("is a language model, expected a reward model", $"reward_model_name_or_path={tiny.ModelPath}");
        });
        Assert.That(() => RunConfig.Load(Write(tiny), ConfigurationStage.Dpo, ["max_completion_length=9"], out _), Throws.TypeOf<UsageException>().With.Message.Contains("is for spa rloo"));
    }

    private static float[] Train(TinyRun tiny, TrainerSettings settings, int threads, Action<Trainer, PolicyState, RlooTask> use)
    {
        using var backend = new CpuBackend(new CpuOptions { Threads = threads });
        using ModelBundle bundle = ModelBundle.Open(tiny.ModelPath);
        using Model model = bundle.Load(backend, DType.Float32), reference = model.Clone();
        using var policy = new PolicyState(model);
        LoopPrompt[] prompts = [.. Enumerable.Range(0, 9).Select(i => new LoopPrompt(i, TinyRun.Sentence(i), bundle.Tokenizer.Encode(TinyRun.Sentence(i), true)))];
        var sampling = new SamplingSettings { Temperature = 1, MaxNewTokens = 6, Samples = 4, StopTokens = bundle.Tokenizer.EndIds };
        using var rollouts = new JudgedRollouts(model, reference, new LetterJudge(), prompts, sampling, bundle.Tokenizer);
        using var task = new RlooTask(policy, rollouts, settings, new RlooObjective { Beta = 0.01 });
        use(new Trainer(policy, task, settings), policy, task);
        return TinyModel.Weights(model);
    }

    private static void Finish(Trainer trainer, List<TrainingRecord> records) => trainer.Run(RunLog.Silent, "test", records.Add, () => { }, CancellationToken.None);

    private static string TrainReward(TinyRun tiny)
    {
        string config = tiny.In("reward.yaml");
        File.WriteAllText(config, $"model_name_or_path: {tiny.ModelPath}\ndataset_name: {tiny.In("seed.jsonl")}\noutput_dir: {tiny.In("reward-run")}\nnum_train_epochs: 1");
        using var backend = new CpuBackend(new CpuOptions { Threads = 2 });
        SingleStage.Run(RunConfig.Load(config, ConfigurationStage.Reward, [], out _), new RunContext(backend, DType.Float32, RunLog.Silent, CancellationToken.None), []);
        Directory.Move(tiny.In("reward-run/model"), tiny.In("reward"));
        return tiny.In("reward");
    }

    private static string Write(TinyRun tiny)
    {
        File.WriteAllText(tiny.In("rloo.yaml"), $"""
            model_name_or_path: {tiny.ModelPath}
            dataset_name: {tiny.In("x1.jsonl")}
            output_dir: {tiny.OutputPath}
            per_device_train_batch_size: 4
            gradient_accumulation_steps: 2
            num_train_epochs: 1
            learning_rate: 1.0e-3
            logging_steps: 1
            """);
        return tiny.In("rloo.yaml");
    }

    private static CollectingLog Run(TinyRun tiny, params string[] settings)
    {
        var log = new CollectingLog();
        using var backend = new CpuBackend(new CpuOptions { Threads = 2 });
        RunConfig config = RunConfig.Load(Write(tiny), ConfigurationStage.Rloo, ["max_completion_length=6", .. settings], out _);
        SingleStage.Run(config, new RunContext(backend, DType.Float32, log, CancellationToken.None), []);
        return log;
    }

    // The share of a letter among the characters of a response.
    private sealed class LetterJudge : IResponseJudge
    {
        public string Name => "letter";

        public void Judge(IReadOnlyList<SampledRow> rows, Action<int, RowVerdict> done, CancellationToken cancel)
        {
            for (int i = 0; i < rows.Count; i++) done(i, new RowVerdict([.. rows[i].Responses.Select(r => r.Text.Count(c => c == 'e') / Math.Max(1.0, r.Text.Length))]));
        }

        public void Dispose() { }
    }
}
