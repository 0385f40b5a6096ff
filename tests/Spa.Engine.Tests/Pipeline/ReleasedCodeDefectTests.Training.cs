using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Configuration;
using Spa.Engine.Data;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Preference;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Tests.Models;
using Spa.Engine.Tests.Support;
using Spa.Engine.Tests.Training;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Pipeline;

// Defects 12 to 22.
internal sealed partial class ReleasedCodeDefectTests
{
    [Test]
    public void Defect_12_a_response_is_not_cut_while_there_is_room_and_cuts_are_reported()
    {
        var counts = new TruncationCounts();
        // A prompt of 4 and responses of 12 fit into 16, whatever max_prompt_length keeps free.
        TokenizedPair fits = new(new int[4], new int[12], new int[3], true, true, false), cut = new(new int[4], new int[20], new int[3], true, true, false);
        var truncation = new Truncation(MaxLength: 16, MaxPromptLength: 10);
        Assert.That(truncation.Apply(fits, counts), Is.EqualTo(fits));
        Assert.That(counts.Lines(), Is.Empty);
        TokenizedPair shorter = truncation.Apply(cut, counts)!;
        Assert.That((shorter.Prompt.Length, shorter.Chosen.Length, shorter.Rejected.Length, shorter.ChosenComplete), Is.EqualTo((4, 12, 3, false)));
        Assert.That(string.Join('\n', counts.Lines()), Does.Contain("8"), "eight tokens were cut, and it says so");

        using TinyRun tiny = new();
        var log = new CollectingLog();
        tiny.Execute(log, overrides: ["max_length=12", "spa.sampling.max_new_tokens=4", "spa.iterations=1"]);
        Assert.That(log.Notices, Has.Some.Match("seed.jsonl: .*cut").And.Some.Match("x1.jsonl: .*cut"));
    }

    [Test]
    public void Defect_13_logits_exist_for_a_chunk_of_rows_only()
    {
        using var backend = new CpuBackend();
        using Model model = TinyModel.Create(backend);
        Head? head = null;
        const long Bytes = 10 * TinyModel.Vocabulary * sizeof(float) * 2;
        using Spa.Engine.Compute.Arena arena = backend.CreateArena("head", a => head = new Head(backend, model.Config, 100_000, withReference: true, a, Bytes));
        Assert.That(head!.ChunkRows, Is.EqualTo(10));
        Assert.That(arena.Capacity, Is.LessThan(Bytes + 1024), "policy and reference logits of 10 rows, not of 100,000");
    }

    [Test]
    public void Defect_14_nothing_is_printed_or_reported_per_pair()
    {
        string engine = Path.Combine(Fixtures.Root, "src", "Spa.Engine");
        Assert.That(Directory.GetFiles(engine, "*.cs", SearchOption.AllDirectories).Where(f => File.ReadAllText(f).Contains("Console.", StringComparison.Ordinal)), Is.Empty, "the engine reports to RunLog only");
        var log = new CollectingLog();
        using TrainingBench bench = new(TrainingBench.Settings with { LoggingSteps = 3 }, TrainingBench.Refinement);
        bench.Trainer.Run(log, "test", bench.Records.Add, () => { }, CancellationToken.None);
        Assert.That((log.Reports, bench.Records.Count), Is.EqualTo((5, 4)), "42 pairs in 12 updates: one report at the beginning, then one for three updates");
    }

    [Test]
    public void Defect_15_an_output_folder_that_cannot_be_written_is_found_before_anything_is_read()
    {
        using TinyRun tiny = new();
        string blocked = Path.Combine(tiny.In("seed.jsonl"), "out");
        var log = new CollectingLog();
        Assert.That(() => tiny.Execute(log, overrides: [$"output_dir={blocked}", "model_name_or_path=/nowhere"]), Throws.TypeOf<SpaException>()
            .With.Message.StartsWith($"cannot write '{blocked}").And.Message.EndsWith("check that the folder exists and may be written"));
        Assert.That(log.Phases, Is.Empty);
        string missing = Path.Combine(tiny.Root, "not", "there", "yet");
        Assert.That(new RunFolder(missing).Path, Does.Exist, "a missing one is made");
    }

    [TestCase("spa.extrapolation=0.25", 0.25)]
    [TestCase("spa.extrapolation=[0.5, 0.125]", 0.5)]
    [TestCase("spa.extrapolation=1", 1)]
    public void Defect_16_a_fractional_lambda_is_read_from_the_command_line(string setting, double expected)
    {
        using TinyRun tiny = new();
        Assert.That(tiny.Config(setting).Spa.ExtrapolationOf(1), Is.EqualTo(expected));
    }

    [Test]
    public void Defect_17_precomputed_reference_log_probs_work()
    {
        PreferenceExample[] pairs = [.. TrainingBench.Pairs().Select((p, i) => p with { ReferenceChosen = -10.5 - i, ReferenceRejected = -11.25 + i })];
        using TrainingBench bench = new(examples: pairs, withReference: false);
        bench.Run();
        Assert.That(bench.Trainer.Step, Is.EqualTo(bench.Trainer.Updates));
        Assert.That(() => new TrainingBench(examples: [.. pairs[1..], TrainingBench.Pairs(1)[0]], withReference: false), Throws.ArgumentException, "one pair without them needs the model");
    }

    [Test]
    public void Defect_18_no_extrapolation_is_computed_in_the_seed_stage_or_at_lambda_0()
    {
        using TinyRun tiny = new();
        RunFolder folder = tiny.Execute(overrides: ["spa.extrapolation=0"]);
        JsonObject[] lines = Lines(folder.Metrics);
        Assert.That(lines.Where(l => l["stage"]!.GetValue<string>() == "stage-0-seed").Any(l => l.Any(v => v.Key.StartsWith("spa/", StringComparison.Ordinal))), Is.False, "no window, no flags in the seed stage");
        // Built without a reference model: with lambda 0 nothing may ask for its logits.
        PreferenceExample[] pairs = [.. TrainingBench.Pairs().Select(p => p with { ReferenceChosen = -9, ReferenceRejected = -10 })];
        using TrainingBench bench = new(refinement: TrainingBench.Refinement with { Extrapolation = 0 }, examples: pairs, withReference: false);
        bench.Run();
        foreach (TrainingRecord record in bench.Records) Assert.That(record["spa/ext_margin"], Is.EqualTo(record["rewards/margins"]).Within(1e-12), "M is D");
    }

    [Test]
    public void Defect_19_a_resumed_stage_goes_on_with_its_window_and_threshold()
    {
        RefinementSettings rolling = TrainingBench.Refinement with { Threshold = NoiseRule.Rolling };
        TrainerSettings settings = TrainingBench.Settings with { MicroBatch = 1, Accumulation = 4, Epochs = 6 };
        using TempFolder folder = new();
        using TrainingBench first = new(settings, rolling), second = new(settings, rolling), whole = new(settings, rolling);
        first.RunAndStop(20, folder.Path);
        second.Restore(folder.Path);
        second.Trainer.RunUpdate();
        for (int i = 0; i < 21; i++) whole.Trainer.RunUpdate();
        double[] threshold = [.. JsonNode.Parse(second.Task.SaveState().ToJsonString())!["threshold"]!.AsArray().Select(bits => BitConverter.Int64BitsToDouble(bits!.GetValue<long>()))];
        Assert.That(threshold.AsSpan(NoiseState.Header, NoiseState.Window).ToArray(), Has.None.NaN, "the window is full at once");
        Assert.That(second.Task.LatestFlags, Is.EqualTo(whole.Task.LatestFlags));
        Assert.That(second.Task.SaveState().ToJsonString(), Is.EqualTo(whole.Task.SaveState().ToJsonString()));
    }

    [Test]
    public void Defect_20_what_an_earlier_run_left_is_replaced_not_extended()
    {
        using TinyRun tiny = new(), fresh = new();
        tiny.Execute(overrides: ["seed=7", "spa.iterations=1"]);
        // As a killed run of other settings would leave it.
        File.WriteAllText(Path.Combine(tiny.OutputPath, "stage-1", "pairs.jsonl.partial-0123456789abcdef"), """{"index":0,"outcome":"pair","rewards":[9,-9]}""" + "\n");
        SortedDictionary<string, string> again = TinyRun.Outcome(tiny.Execute(overrides: ["seed=8", "spa.iterations=1"]).Path);
        SpaRunTests.AssertSame(again, TinyRun.Outcome(fresh.Execute(overrides: ["seed=8", "spa.iterations=1"]).Path));
    }

    [Test]
    public void Defect_21_label_smoothing_is_used_or_refused_never_ignored()
    {
        using TinyRun tiny = new();
        Assert.That(() => tiny.Execute(overrides: ["label_smoothing=0.1"]), Throws.TypeOf<UsageException>().With.Message
            .EqualTo("'label_smoothing: 0.1' is not supported by this build; supported: spa.label_smoothing, which the spa loss uses"));
        using TrainingBench without = new(TrainingBench.Settings with { MicroBatch = 4 }), with = new(TrainingBench.Settings with { MicroBatch = 4 }, labelSmoothing: 0.1);
        Assert.That(First(with, "loss"), Is.Not.EqualTo(First(without, "loss")).Within(1e-6), "plain DPO smooths every pair");
        RefinementSettings all = TrainingBench.Refinement with { Threshold = NoiseRule.Batch, NoiseQuantile = 0.9, Extrapolation = 0 };
        using TrainingBench flagged = new(refinement: all), off = new(refinement: all with { LabelSmoothing = 0 });
        Assert.That(First(flagged, "spa/flagged"), Is.Positive);
        Assert.That(First(flagged, "loss"), Is.Not.EqualTo(First(off, "loss")).Within(1e-6), "the refinement smooths flagged pairs");
    }

    [Test]
    public void Defect_22_logged_numbers_are_what_their_names_say()
    {
        PreferenceExample[] pairs = TrainingBench.Pairs(4);
        TrainerSettings settings = TrainingBench.Settings with { MicroBatch = 2, Shuffle = false, MaxSteps = 1 };
        using TrainingBench bench = new(settings, examples: pairs);
        var expected = new List<(double Chosen, double Rejected, double ReferenceChosen, double ReferenceRejected)>();
        using (Model reference = TinyModel.Create(bench.Backend, 100))
        using (var scorer = new Scorer(bench.Model, reference, 0, 64))
            scorer.Score([.. pairs.Select(p => new ScoreItem(p.Prompt, [p.Chosen, p.Rejected]))], (_, s) => expected.Add((s[0].Logp, s[1].Logp, s[0].ReferenceLogp!.Value, s[1].ReferenceLogp!.Value)));
        TrainingRecord record = bench.Run().Records.Single();
        double[] chosen = [.. expected.Select(e => 0.1 * (e.Chosen - e.ReferenceChosen))], rejected = [.. expected.Select(e => 0.1 * (e.Rejected - e.ReferenceRejected))];
        Assert.Multiple(() =>
        {
            // Means of four doubles in another order.
            Assert.That(record["logps/chosen"], Is.EqualTo(expected.Average(e => e.Chosen)).Within(1e-12));
            Assert.That(record["logps/rejected"], Is.EqualTo(expected.Average(e => e.Rejected)).Within(1e-12));
            Assert.That(record["rewards/chosen"], Is.EqualTo(chosen.Average()).Within(1e-12));
            Assert.That(record["rewards/rejected"], Is.EqualTo(rejected.Average()).Within(1e-12));
            Assert.That(record["rewards/margins"], Is.EqualTo(chosen.Zip(rejected, (c, r) => c - r).Average()).Within(1e-12));
            Assert.That(record["rewards/accuracies"], Is.EqualTo(chosen.Zip(rejected, (c, r) => c > r ? 1.0 : 0).Average()));
            Assert.That(record["loss"], Is.EqualTo(chosen.Zip(rejected, (c, r) => -Logistic.LogSigmoid(c - r)).Average()).Within(1e-12));
            Assert.That(record["learning_rate"], Is.EqualTo(new LearningRateSchedule(settings, 1).At(0)));
            Assert.That(record["num_tokens"], Is.EqualTo(pairs.Sum(p => 2 * p.Prompt.Length + p.Chosen.Length + p.Rejected.Length)));
        });
    }
}
