using Spa.Engine.Compute;
using Spa.Engine.Pipeline;
using Spa.Engine.Preference;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Formats;
using Spa.Engine.Tests.Preference;
using Spa.Engine.Training;
using Spa.Engine.Training.Optimizers;

namespace Spa.Engine.Tests.Training;

/// <summary>A stage stopped during any update and taken up from its checkpoint ends with the bits of one that was never stopped.</summary>
internal sealed class ResumeTests
{
    // Lines of metrics over three updates: most stops fall between two updates of one line.
    private static readonly TrainerSettings s_settings = TrainingBench.Settings with { LoggingSteps = 3 };

    [Test]
    public void Weights_metrics_and_threshold_are_those_of_an_uninterrupted_run([Values] NoiseRule threshold, [Values] bool bf16)
    {
        RefinementSettings refinement = TrainingBench.Refinement with { Threshold = threshold };
        DType type = bf16 ? DType.BFloat16 : DType.Float32;
        using TrainingBench expected = new(s_settings, refinement, type: type);
        expected.Run();
        Assert.That(expected.Trainer.Updates, Is.EqualTo(12), "14 pairs, 4 an update, 3 epochs");
        Assert.That(expected.Policy.Master.IsAbsent, Is.EqualTo(!bf16));
        for (int stop = 1; stop < expected.Trainer.Updates; stop++)
        {
            using TempFolder folder = new();
            using TrainingBench first = new(s_settings, refinement, type: type), second = new(s_settings, refinement, type: type);
            first.RunAndStop(stop, folder.Path);
            second.Restore(folder.Path);
            Assert.That(second.Trainer.Step, Is.EqualTo(stop));
            second.Records.AddRange(first.Records);
            second.Run().AssertSame(expected, $"stopped at update {stop}");
            Assert.That(second.Task.SaveState().ToJsonString(), Is.EqualTo(expected.Task.SaveState().ToJsonString()), $"stopped at update {stop}: threshold, margins, flags, tokens");
        }
    }

    [Test]
    public void A_reference_that_is_replaced_on_the_way_is_part_of_the_checkpoint([Values] FlagEffect flagged, [Values] bool bf16)
    {
        RefinementSettings refinement = TrainingBench.Refinement with { Flagged = flagged, ReferenceRefresh = 4 };
        DType type = bf16 ? DType.BFloat16 : DType.Float32;
        using TrainingBench expected = new(s_settings, refinement, type: type), never = new(s_settings, refinement with { ReferenceRefresh = 0 }, type: type);
        expected.Run();
        Assert.That(expected.Records[^1]["loss"], Is.Not.EqualTo(never.Run().Records[^1]["loss"]), "a new reference makes another loss");
        foreach (int stop in new[] { 3, 4, 5, 11 })
        {
            using TempFolder folder = new();
            using TrainingBench first = new(s_settings, refinement, type: type), second = new(s_settings, refinement, type: type);
            first.RunAndStop(stop, folder.Path);
            second.Restore(folder.Path);
            second.Records.AddRange(first.Records);
            second.Run().AssertSame(expected, $"stopped at update {stop}");
            Assert.That(second.Task.SaveState().ToJsonString(), Is.EqualTo(expected.Task.SaveState().ToJsonString()), $"stopped at update {stop}");
        }
    }

    [Test]
    public void Every_optimiser_goes_on_from_its_checkpoint([Values] OptimizerKind optimizer, [Values] bool bf16)
    {
        if (optimizer == OptimizerKind.AdamWBf16 && !bf16) Assert.Ignore("needs bfloat16 weights");
        TrainerSettings settings = s_settings with { Optimizer = optimizer };
        DType type = bf16 ? DType.BFloat16 : DType.Float32;
        using TrainingBench expected = new(settings, TrainingBench.Refinement, type: type);
        expected.Run();
        foreach (int stop in new[] { 1, 6, 11 })
        {
            using TempFolder folder = new();
            using TrainingBench first = new(settings, TrainingBench.Refinement, type: type), second = new(settings, TrainingBench.Refinement, type: type);
            first.RunAndStop(stop, folder.Path);
            second.Restore(folder.Path);
            second.Records.AddRange(first.Records);
            second.Run().AssertSame(expected, $"stopped at update {stop}");
            foreach ((OptimizerState actual, OptimizerState state) in second.Policy.States.Zip(expected.Policy.States))
                Everywhere.AssertSameBits(Everywhere.ReadAny(second.Backend, actual.Tensor), Everywhere.ReadAny(expected.Backend, state.Tensor), state.Name);
        }
    }

    [Test]
    public void Stopping_at_every_update_in_turn_changes_nothing()
    {
        using TrainingBench expected = new(s_settings, TrainingBench.Refinement);
        expected.Run();
        using TempFolder folder = new();
        List<TrainingRecord> records = [];
        for (int i = 1; i < expected.Trainer.Updates; i++)
        {
            using TrainingBench bench = new(s_settings, TrainingBench.Refinement);
            bench.RunAndStop(1, folder.Path);
            records.AddRange(bench.Records);
        }
        using TrainingBench last = new(s_settings, TrainingBench.Refinement);
        last.Restore(folder.Path);
        last.Run();
        last.Records.InsertRange(0, records);
        last.AssertSame(expected, "eleven stops");
    }

    [Test]
    public void A_checkpoint_of_other_inputs_is_not_taken_up_and_goes_away()
    {
        using TempFolder folder = new();
        using TrainingBench first = new(), second = new();
        first.RunAndStop(4, folder.Path);
        TrainingCheckpoint.Restore(folder.Path, "another key", second.Trainer, second.Policy, second.Task);
        Assert.That(second.Trainer.Step, Is.Zero);
        Assert.That(folder.Entries(), Is.Empty);
    }

    [Test]
    public void A_checkpoint_that_lost_its_state_to_an_interrupted_removal_is_none()
    {
        using TempFolder folder = new();
        using TrainingBench first = new(), second = new();
        first.RunAndStop(4, folder.Path);
        File.Delete(Path.Combine(folder["step-4"], "state.json"));
        second.Restore(folder.Path);
        Assert.That(second.Trainer.Step, Is.Zero);
    }

    [Test]
    public void Only_the_wanted_number_of_checkpoints_stays()
    {
        using TempFolder folder = new();
        TrainerSettings settings = s_settings with { SaveSteps = 2 };
        using TrainingBench bench = new(settings);
        bench.Trainer.Run(RunLog.Silent, "test", _ => { }, () => TrainingCheckpoint.Save(folder.Path, "key", bench.Trainer, bench.Policy, bench.Task, 2), CancellationToken.None);
        Assert.That(folder.Entries(), Is.EqualTo(new[] { "step-10", "step-8" }), "none after the last update: the model itself is written then");
    }
}
