using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;

namespace Spa.Benchmarks;

/// <summary>Whole phases: a call lasts seconds, so it is an iteration by itself.</summary>
internal sealed class PhaseConfig : ManualConfig
{
    public PhaseConfig()
    {
        AddJob(Job.Default.WithStrategy(RunStrategy.Monitoring).WithWarmupCount(1).WithIterationCount(5));
        AddColumn(StatisticColumn.Median, RateColumn.Gflops);
        AddDiagnoser(MemoryDiagnoser.Default);
    }
}
