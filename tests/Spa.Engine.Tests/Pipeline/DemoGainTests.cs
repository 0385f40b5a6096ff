using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.Demo;
using Spa.Engine.Tests.Reporting;

namespace Spa.Engine.Tests.Pipeline;

/// <summary>The demo as users run it, in full size: the loop aligns a model, and its judge is why.</summary>
[NonParallelizable]
internal sealed class DemoGainTests
{
    [Test]
    public void Three_iterations_raise_gold_and_a_random_judge_does_not()
    {
        using var folder = new TemporaryFolder();
        using var backend = new CpuBackend();
        DemoResult result = Demo.Run(new DemoOptions { OutputFolder = folder.FullName }, new RunContext(backend, DType.Float32, RunLog.Silent, CancellationToken.None));
        double Gold(string name) => result.Scores.Single(s => s.Name == name).Gold.Value;
        // Over seeds the gain is twice this and more, and the random judge's change a quarter of it (docs/demo.md).
        Assert.That(Gold("SPA 3"), Is.GreaterThan(Gold("Seed DPO") + 0.4));
        Assert.That(Gold("Random judge 3"), Is.EqualTo(Gold("Seed DPO")).Within(0.4));
    }
}
