using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Preference;
using Spa.Engine.Training;
using Spa.Engine.Training.Optimizers;

namespace Spa.Engine.Tests.Training;

/// <summary>A warm update allocates no managed memory, on the caller's thread or on the pool's. Alone, because the second count is the process's.</summary>
[NonParallelizable]
internal sealed class TrainingAllocationTests
{
    [Test]
    public void A_warm_update_allocates_nothing([Values] NoiseRule threshold, [Values(1, 2)] int threads)
    {
        using TrainingBench bench = new(TrainingBench.Settings with { Epochs = 40 }, TrainingBench.Refinement with { Threshold = threshold }, options: new CpuOptions { Threads = threads });
        AssertAllocatesNothing(bench);
    }

    [Test]
    public void A_warm_update_of_any_optimiser_allocates_nothing([Values] OptimizerKind optimizer)
    {
        TrainerSettings settings = TrainingBench.Settings with { Epochs = 40, Optimizer = optimizer };
        using TrainingBench bench = new(settings, TrainingBench.Refinement, type: DType.BFloat16, options: new CpuOptions { Threads = 2 });
        AssertAllocatesNothing(bench);
    }

    private static void AssertAllocatesNothing(TrainingBench bench)
    {
        // All shapes of three epochs and a full window of the rolling rule.
        for (int i = 0; i < 60; i++) bench.Trainer.RunUpdate();

        // Something else in the process may allocate in between (a timer of the test host), so the least of five is what counts.
        long caller = long.MaxValue, process = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long callerBefore = GC.GetAllocatedBytesForCurrentThread(), processBefore = GC.GetTotalAllocatedBytes(precise: true);
            for (int update = 0; update < 4; update++) bench.Trainer.RunUpdate();
            process = Math.Min(process, GC.GetTotalAllocatedBytes(precise: true) - processBefore);
            caller = Math.Min(caller, GC.GetAllocatedBytesForCurrentThread() - callerBefore);
        }
        Assert.That(caller, Is.Zero, "bytes on the caller's thread in an epoch");
        Assert.That(process, Is.Zero, "bytes in the process in an epoch");
    }
}
