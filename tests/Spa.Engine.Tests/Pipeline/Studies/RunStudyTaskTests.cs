using Spa.Engine.Compute.Cpu;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Studies;

namespace Spa.Engine.Tests.Pipeline.Studies;

/// <summary>Studies of a configuration of <c>spa run</c>.</summary>
internal sealed class RunStudyTaskTests
{
    [Test]
    public void Arms_of_any_configuration_are_measured_by_held_out_pairs_and_an_arm_without_its_result_is_not_trained_again()
    {
        using TinyRun tiny = new();
        Study study = Read(tiny, "{name: spa, stages: true}, {name: reward, reward: {num_train_epochs: 1}, set: {spa.iterations: 1}}, {name: rloo, rloo: {max_steps: 2, max_completion_length: 6}}");
        StudyExperiment experiment = study.Experiments.Single();
        StudyResults results = Run(tiny, study);
        double[] Accuracy(StudyResults all, string arm) => all.Values(experiment, StudyPoint.Parse(arm), StudyMetric.Find("accuracy"));
        foreach (string arm in new[] { "spa@0", "spa", "reward", "rloo" }) Assert.That(Accuracy(results, arm), Is.All.InRange(0, 1), arm);
        Assert.That(results.LastStage(experiment, experiment.Arm("rloo")), Is.EqualTo(1));

        string seed = Path.Combine(tiny.OutputPath, "e", "seed-1"), policy = Path.Combine(seed, "rloo", "rloo", "model", "model.safetensors");
        DateTime before = File.GetLastWriteTimeUtc(policy);
        File.Delete(Path.Combine(seed, "rloo.json"));
        Assert.That(Accuracy(Run(tiny, study), "rloo"), Is.EqualTo(Accuracy(results, "rloo")));
        Assert.That(File.GetLastWriteTimeUtc(policy), Is.EqualTo(before));
    }

    [Test]
    public void A_reward_model_is_trained_on_the_seed_pairs_that_the_loop_draws()
    {
        using TinyRun tiny = new();
        Run(tiny, Read(tiny, "{name: a, reward: {num_train_epochs: 1}, set: {spa.seed_pairs: 5, spa.iterations: 1}}"));
        RunState State(string folder) => new(Path.Combine(tiny.OutputPath, "e", "seed-1", "a", folder, "run.json"), null);
        Assert.That(File.ReadLines(Path.Combine(tiny.OutputPath, "e", "seed-1", "a", "reward", "pairs.jsonl")).Count(), Is.EqualTo(5));
        Assert.That(State("reward").Find("reward/train")!.Summary["updates"]!.GetValue<int>(), Is.EqualTo(2), "five pairs, four to an update");
        Assert.That(State("").Find("stage-0-seed/train")!.Summary["updates"]!.GetValue<int>(), Is.EqualTo(4), "two epochs of the same five");
    }

    [TestCase("{name: a, rloo: {}, set: {spa.iterations: 0}}", "arm 'a' has 'rloo' and no prompts, which are those of the iterations; raise spa.iterations")]
    [TestCase("{name: a, rloo: {}, set: {spa.seed_dataset: null, spa.judge_reference: none}}", "arm 'a' has 'reward' or 'rloo' and no seed pairs")]
    [TestCase("{name: a, rloo: {num_generation: 2}}", "unknown key 'num_generation', did you mean 'num_generations'?")]
    public void An_arm_that_cannot_run_is_named(string arm, string expected)
    {
        using TinyRun tiny = new();
        Assert.That(() => Run(tiny, Read(tiny, arm)), Throws.InstanceOf<SpaException>().With.Message.Contains(expected));
    }

    private static Study Read(TinyRun tiny, string arms)
    {
        File.WriteAllText(tiny.In("study.yaml"), $"title: T\ntask: run\nbase: run.yaml\nexperiments:\n  - {{name: e, title: E, arms: [{arms}]}}\n");
        return Study.Load(tiny.In("study.yaml"));
    }

    private static StudyResults Run(TinyRun tiny, Study study) => StudyRunner.Run(study, new StudyOptions
    {
        OutputFolder = tiny.OutputPath,
        Jobs = 1,
        Backend = () => new CpuBackend(new CpuOptions { Threads = 1 }),
        KeepModels = true,
    }, RunLog.Silent, CancellationToken.None);
}
