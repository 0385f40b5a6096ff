using Spa.Engine.Pipeline.Studies;
using Spa.Engine.Tests.Reporting;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Pipeline.Studies;

internal sealed class StudyReaderTests
{
    private const string Sound = """
        title: T
        experiments:
          - name: e
            title: E
            seeds: {first: 3, count: 2}
            data: {seed_pairs: 9, narrow: true}
            set: {spa.iterations: 1, spa: {sampling: {temperature: 1}}}
            arms:
              - {name: a, title: A, set: {beta: 1}}
              - {name: b, control: true}
              - {name: c, best_of: [a, b]}
            compare: [[a, b@0]]
        claims:
          - {claim: C, experiment: e, differences: [[a, c]], metric: win}
        """;

    private static IEnumerable<string> Studies() => Directory.EnumerateFiles(Path.Combine(Fixtures.Root, "recipes"), "*.yaml", SearchOption.AllDirectories)
        .Where(path => File.ReadLines(path).Contains("experiments:"));

    [TestCaseSource(nameof(Studies))]
    public void Every_study_of_the_recipes_is_sound(string path) => Assert.That(Study.Load(path).Experiments, Is.Not.Empty);

    [Test]
    public void A_study_is_read_with_its_settings_as_overrides()
    {
        Study study = Read(Sound);
        StudyExperiment experiment = study.Experiments.Single();
        Assert.That(experiment.Seeds, Is.EqualTo(new uint[] { 3, 4 }));
        Assert.That(experiment.Overrides, Is.EqualTo(new[] { "spa.iterations=1", "spa.sampling.temperature=1" }));
        Assert.That((experiment.Data.SeedPairs, experiment.Data.Narrow, experiment.Data.LabelNoise), Is.EqualTo((9, true, 0.1)));
        Assert.That(experiment.Arms.Select(a => a.Title), Is.EqualTo(new[] { "A", "b", "c" }));
        Assert.That(experiment.Runs.Select(a => a.Name), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(experiment.Differences.Single(), Is.EqualTo(new StudyDifference(new StudyPoint("a", null), new StudyPoint("b", 0))));
        Assert.That(study.Claims.Single().Metric.Name, Is.EqualTo("win"));
    }

    [Test]
    public void An_arm_of_policy_optimisation_has_a_reward_model_with_or_without_settings_for_it()
    {
        StudyArm Arm(string settings) => Read(Sound.Replace("set: {beta: 1}", settings, StringComparison.Ordinal)).Experiments.Single().Arms[0];
        Assert.That(Arm("rloo: {max_steps: 5}") is { Rloo: ["max_steps=5"], Reward: [] });
        Assert.That(Arm("rloo: {}, reward: {num_train_epochs: 2}") is { Rloo: [], Reward: ["num_train_epochs=2"] });
        Assert.That(Arm("reward: {}") is { Rloo: null, Reward: [] });
        Assert.That(Arm("set: {beta: 1}") is { Rloo: null, Reward: null });
    }

    [TestCase("title: T", "", "'title' is missing")]
    [TestCase("title: T", "title: T\nseeds: 3", "unknown key 'seeds'")]
    [TestCase("count: 2", "count: 0", "experiment 1: seeds: 'count' must be a number from 1 to 1000; found 0")]
    [TestCase("count: 2", "cuont: 2", "unknown key 'cuont', did you mean 'count'?")]
    [TestCase("seed_pairs: 9", "seed_pairs: 1.5", "'seed_pairs' must be a whole number; found 1.5")]
    [TestCase("name: b,", "name: a,", "two arms are called 'a'")]
    [TestCase("name: b,", "name: ../b,", "'name' must be small letters, digits, dots and dashes; found '../b'")]
    [TestCase("[a, b@0]", "[a, bb]", "there is no arm 'bb'")]
    [TestCase("[a, b@0]", "[a, c@1]", "there is no arm 'c' that runs")]
    [TestCase("[a, b@0]", "[a]", "a difference is [a, b]; found")]
    [TestCase("[a, b@0]", "[a, b@x]", "a model is an arm or arm@stage, such as spa@0; found 'b@x'")]
    [TestCase("best_of: [a, b]", "best_of: [c]", "there is no arm 'c' that runs")]
    [TestCase("best_of: [a, b]", "best_of: [a], set: {beta: 1}", "'best_of' takes the best of other arms")]
    [TestCase("set: {beta: 1}", "reward: 3", "'reward' must be settings as keys and values; found 3")]
    [TestCase("set: {beta: 1}", "rloo: 3", "'rloo' must be settings as keys and values; found 3")]
    [TestCase("best_of: [a, b]", "best_of: [a], rloo: {}", "'best_of' takes the best of other arms")]
    [TestCase("metric: win", "metric: wins", "there is no metric 'wins', did you mean 'win'?")]
    [TestCase("experiment: e", "experiment: f", "claim 1: there is no experiment 'f'")]
    [TestCase("title: T", "title: T\ntask: run", "'base' names the configuration that 'task: run' starts from")]
    [TestCase("title: T", "title: T\ntask: demos", "'task' must be demo")]
    public void A_mistake_is_one_line_that_names_it(string from, string to, string expected)
    {
        Assert.That(() => Read(Sound.Replace(from, to, StringComparison.Ordinal)),
            Throws.InstanceOf<UsageException>().With.Message.Contains(expected).And.Message.Not.Contains("\n"));
    }

    private static Study Read(string yaml)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("study.yaml"), yaml);
        return Study.Load(folder.File("study.yaml"));
    }
}
