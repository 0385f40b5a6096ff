using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Configuration;
using Spa.Engine.Pipeline;
using Spa.Engine.Preference;
using Spa.Engine.Tests.Support;
using Spa.Engine.Tests.Training;
using Spa.Engine.Training;
using Spa.Engine.Training.Optimizers;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>
/// <c>preset: spa-paper</c> and <c>preset: spa-released</c>, key by key, and what the second makes the engine do: the behaviour of the released code
/// (docs/algorithm.md section 6) without its defects, one test for each point.
/// </summary>
internal sealed class PresetTests
{
    private const double Beta = 0.1;

    private static readonly Dictionary<string, string> s_common = new()
    {
        ["dtype"] = "bfloat16",
        ["beta"] = "0.1",
        ["loss_type"] = "[spa]",
        ["max_length"] = "2048",
        ["max_prompt_length"] = "1024",
        ["num_train_epochs"] = "1",
        ["learning_rate"] = "5E-07",
        ["lr_scheduler_type"] = "cosine",
        ["warmup_ratio"] = "0.1",
        ["weight_decay"] = "0",
        ["adam_beta1"] = "0.9",
        ["adam_beta2"] = "0.999",
        ["adam_epsilon"] = "1E-08",
        ["max_grad_norm"] = "1",
        ["spa.label_smoothing"] = "0.1",
        ["spa.noise_quantile"] = "0.1",
        ["spa.refine_warmup_ratio"] = "0.2",
        ["spa.seed_num_train_epochs"] = "3",
        ["spa.seed_learning_rate"] = "",
        ["spa.samples_per_prompt"] = "2",
        ["spa.sampling.temperature"] = "0.7",
        ["spa.sampling.top_p"] = "1",
        ["spa.sampling.top_k"] = "0",
        ["spa.sampling.max_new_tokens"] = "300",
        ["spa.judge"] = "implicit",
        ["spa.judge_reference"] = "sft",
        ["spa.judging.pairs"] = "best_worst",
    };

    [Test]
    public void The_paper_preset_is_the_papers_column() => AssertKeys("spa-paper", new()
    {
        ["spa.prompts_per_iteration"] = "[8000, 20000, 30000]",
        ["spa.iterations"] = "3",
        ["spa.extrapolation"] = "[0.5, 0.25, 0.125]",
        ["spa.threshold"] = "quantile",
    });

    [Test]
    public void The_released_preset_is_the_released_codes_column() => AssertKeys("spa-released", new()
    {
        ["spa.prompts_per_iteration"] = "[8000, 20000]",
        ["spa.iterations"] = "2",
        ["spa.extrapolation"] = "[0]",
        ["spa.threshold"] = "rolling",
    });

    [Test]
    public void Both_presets_take_32_pairs_an_update_in_micro_batches_of_one([Values("spa-paper", "spa-released")] string preset)
    {
        TrainingConfig training = Bind(preset).Training;
        Assert.That((training.PerDeviceTrainBatchSize, training.GradientAccumulationSteps), Is.EqualTo((1, 32)));
    }

    [Test]
    public void Released_a_pair_is_flagged_unless_its_margin_is_strictly_above_the_threshold_so_ties_and_NaN_are()
    {
        using Rule rule = new();
        Assert.That(rule.Flag(0, double.NaN, double.Epsilon, -1e-300), Is.EqualTo(new[] { true, true, false, true }), "the threshold is 0 at first");
    }

    [Test]
    public void Released_the_threshold_is_0_until_50_micro_batches_are_behind_and_changes_with_the_next()
    {
        using Rule rule = new();
        for (int i = 0; i < 50; i++)
        {
            rule.Flag(100 + i);
            Assert.That(rule.Threshold, Is.Zero, $"micro-batch {i}");
        }
        rule.Flag(-7);
        Assert.That(rule.Threshold, Is.EqualTo(105.5), "of 100 .. 149, without the micro-batch that it is used for");
    }

    [Test]
    public void Released_the_threshold_is_the_mean_of_sorted_entries_5_and_6_of_the_last_50_micro_batch_means()
    {
        using Rule rule = new();
        double[] means = [.. Enumerable.Range(0, 130).Select(i => Math.Round(Math.Sin(i * 1.7) * (1 + i % 7), 3))];
        for (int i = 0; i < means.Length; i++)
        {
            rule.Flag(means[i] - 0.25, means[i] + 0.25);
            double[] window = [.. means[Math.Max(0, i - 50)..i].Order()];
            Assert.That(rule.Threshold, Is.EqualTo(i < 50 ? 0 : (window[5] + window[6]) / 2).Within(1e-12), $"micro-batch {i}: means of micro-batches, not margins of pairs");
        }
    }

    [Test]
    public void Released_the_window_advances_with_micro_batches_not_with_updates()
    {
        using Rule often = new(), never = new();
        for (int i = 0; i < 70; i++)
        {
            Assert.That(often.Flag(i), Is.EqualTo(never.Flag(i)));
            often.EndUpdate();
        }
        Assert.That(often.Threshold, Is.EqualTo(never.Threshold).And.EqualTo((24 + 25) / 2.0), "of 19 .. 68");
    }

    [Test]
    public void Released_alpha_is_0_for_the_first_fifth_by_updates_done_over_all_epochs_and_flags_and_window_are_kept_up_meanwhile()
    {
        RefinementSettings refinement = Refinement(1);
        TrainerSettings settings = TrainingBench.Settings with { Epochs = 5, MicroBatch = 1, Accumulation = 2 };
        using TrainingBench bench = new(settings, refinement);
        bench.Run();
        Assert.That(bench.Records, Has.Count.EqualTo(35), "5 epochs of 14 pairs, 2 an update");
        Assert.That(bench.Records.Select(r => r["spa/alpha"]), Is.EqualTo(Enumerable.Range(0, 35).Select(done => done < 0.2 * 35 ? 0 : 0.1)));
        Assert.That(bench.Records.Take(25).Select(r => r["spa/threshold"]), Is.All.Zero, "the window is full after 50 micro-batches");
        Assert.That(bench.Records.Skip(25).Select(r => r["spa/threshold"]), Is.All.Not.Zero, "so it was filled while alpha was 0");
        Assert.That(bench.Records.Take(7).Select(r => r["spa/flagged"]).Sum(), Is.Positive, "and pairs were flagged");
    }

    [Test]
    public void Released_nothing_is_extrapolated_so_the_reference_is_not_run_and_M_is_D()
    {
        Assert.That(Enumerable.Range(1, 2).Select(t => Refinement(t).NeedsReferenceLogits()), Is.All.False);
        using TrainingBench bench = new(TrainingBench.Settings with { MicroBatch = 1, Accumulation = 2 }, Refinement(1));
        bench.Run();
        foreach (TrainingRecord record in bench.Records)
            Assert.That(record["spa/ext_margin"], Is.EqualTo(record["rewards/margins"]).Within(1e-12));
    }

    [Test]
    public void Released_the_best_response_is_chosen_whatever_beta_is_and_a_tie_keeps_the_sampling_order_and_teaches_nothing()
    {
        double[] rewards = [-3, 5, 5, -9];
        foreach (double beta in new[] { 1, Beta, 1e-3 })
        {
            JudgedPair pair = Judge([.. rewards.Select(r => beta * r)]);
            Assert.That((pair.Outcome, pair.Chosen, pair.Rejected), Is.EqualTo((JudgeOutcome.Pair, 1, 3)), "rewards without beta rank alike");
        }
        JudgedPair tie = Judge([2, 2]);
        Assert.That((tie.Outcome, tie.Chosen, tie.Rejected), Is.EqualTo((JudgeOutcome.Tie, 0, 1)), "in the order of sampling, and left out of training (defect 9)");
    }

    [Test]
    public void Released_every_micro_batch_has_the_same_weight_and_the_optimiser_is_AdamW_with_clipping_at_1()
    {
        TrainerSettings settings = TrainingSetup.Settings(Bind("spa-released").Training, examples: 70, epochs: 1);
        Assert.That((settings.MicroBatch, settings.Accumulation, settings.MaxGradNorm, settings.Optimizer), Is.EqualTo((1, 32, 1.0, OptimizerKind.AdamW)));
        Assert.That(settings.WarmupSteps, Is.EqualTo(1), "a tenth of three updates, rounded up");
    }

    [Test]
    public void Released_a_resumed_window_goes_on_where_the_original_would_start_empty()
    {
        using Rule rule = new(), resumed = new();
        for (int i = 0; i < 60; i++) rule.Flag(i * 37 % 60);
        resumed.Restore(rule);
        Assert.That((resumed.Flag(3, 5, 8), resumed.Threshold), Is.EqualTo((rule.Flag(3, 5, 8), rule.Threshold)), "defect 19");
    }

    private static JudgedPair Judge(double[] rewards) => JudgedPair.BestAgainstWorst(rewards, (_, _) => false, _ => false);

    private static RefinementSettings Refinement(int iteration) => TrainingSetup.Refinement(Bind("spa-released").Spa, iteration);

    private static RunConfig Bind(string preset) => RunConfig.Bind(
        ConfigurationFile.Parse($"preset: {preset}\nmodel_name_or_path: m\noutput_dir: o\nspa: {{seed_dataset: s, prompts: x}}\n", "c.yaml"), ConfigurationStage.Run, out _);

    private static void AssertKeys(string preset, Dictionary<string, string> own)
    {
        JsonObject found = ConfigurationFile.Parse(Bind(preset).ToYaml(), "effective").Root;
        foreach ((string path, string expected) in s_common.Concat(own))
        {
            JsonNode? value = path.Split('.').Aggregate((JsonNode?)found, (node, key) => node![key]);
            Assert.That(Text(value), Is.EqualTo(expected), path);
        }
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "",
        JsonArray list => $"[{string.Join(", ", list.Select(Text))}]",
        _ when value.GetValueKind() == System.Text.Json.JsonValueKind.Number => double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture)
            .ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <summary>The preset's rule on the CPU backend, fed with values of beta M.</summary>
    private sealed class Rule : IDisposable
    {
        private readonly CpuBackend _backend = new(new CpuOptions { Threads = 1 });
        private readonly TensorBox _box;
        private readonly NoiseState _state;

        public Rule()
        {
            RefinementSettings settings = Refinement(1);
            _box = new TensorBox(_backend);
            _state = new NoiseState(settings.Threshold, settings.NoiseQuantile, 100, _box.Arena(1 << 14));
            _state.Reset(_backend);
        }

        public double Threshold => _box.ReadDoubles(_state.Threshold)[0];

        public bool[] Flag(params double[] margins)
        {
            // beta is 1 here, so that the margins come through to the bit.
            Tensor scores = _box.Doubles([.. margins.SelectMany(margin => new[] { 0, 0, 0, 0, margin, 0 })], margins.Length, PairColumns.Scores);
            Tensor flags = _box.PoisonedInts(margins.Length, 1);
            _backend.NoiseFlag(_box.PoisonedDoubles(margins.Length, 1), flags, _state, scores, _box.Ints([.. Enumerable.Range(0, margins.Length)]), 1);
            return [.. _box.ReadInts(flags).Select(f => f != 0)];
        }

        public void EndUpdate() => _backend.NoiseEndUpdate(_state);

        public void Restore(Rule other) => _state.Restore(_backend, other._state.Save(other._backend));

        public void Dispose()
        {
            _box.Dispose();
            _backend.Dispose();
        }
    }
}
