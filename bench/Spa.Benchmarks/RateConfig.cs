using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using Perfolizer.Horology;

namespace Spa.Benchmarks;

/// <summary>Kernel benchmarks: median, rates and allocated bytes. Calls last milliseconds, so an iteration of 100 ms holds enough of them.</summary>
internal sealed class RateConfig : ManualConfig
{
    public RateConfig()
    {
        AddJob(Job.Default.WithIterationTime(TimeInterval.FromMilliseconds(100)).WithWarmupCount(3).WithIterationCount(15));
        AddColumn(StatisticColumn.Median, RateColumn.Gflops, RateColumn.Gigabytes);
        AddDiagnoser(MemoryDiagnoser.Default);
    }
}
