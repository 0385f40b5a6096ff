using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Perfolizer.Horology;

namespace Spa.Benchmarks;

/// <summary>Launches on the emulated device, in this process, whose time is the clock. Processor time advances by as much as 16 ms at once on some systems, so iterations last half a second.</summary>
internal sealed class EmulatorConfig : ManualConfig
{
    public EmulatorConfig()
    {
        AddJob(Job.Default.WithToolchain(new InProcessNoEmitToolchain(TimeSpan.FromMinutes(10), logOutput: false)).WithClock(Clock)
            .WithIterationTime(TimeInterval.FromMilliseconds(500)).WithWarmupCount(3).WithIterationCount(15));
        AddColumn(StatisticColumn.Min, StatisticColumn.Median, StatisticColumn.Max, RateColumn.MegaOperations);
    }

    public static EmulatorClock Clock { get; } = new();
}
