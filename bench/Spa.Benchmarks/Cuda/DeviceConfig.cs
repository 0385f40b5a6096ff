using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;

namespace Spa.Benchmarks.Cuda;

/// <summary>
/// Kernels on a device: the clock is the device's, a call of the benchmark is one measurement (<see cref="DeviceBenchmark"/> makes a batch of calls itself), and everything runs in this
/// process, so that no SDK is needed.
/// </summary>
internal class DeviceConfig : ManualConfig
{
    // Columns of the summary: a whole case.
    private const int ParameterWidth = 90;

    public DeviceConfig() : this(warmups: 3, iterations: 20)
    {
    }

    protected DeviceConfig(int warmups, int iterations)
    {
        // The emulated device proves that cases run; its times say nothing.
        if (BenchmarkDevice.IsEmulated) (warmups, iterations) = (1, 2);
        AddJob(Job.Default.WithToolchain(new InProcessNoEmitToolchain(TimeSpan.FromMinutes(10), logOutput: false)).WithClock(BenchmarkDevice.Clock)
            .WithStrategy(RunStrategy.Monitoring).WithWarmupCount(warmups).WithIterationCount(iterations).WithInvocationCount(1).WithUnrollFactor(1));
        AddColumn(StatisticColumn.Median, RateColumn.Teraflops, RateColumn.Gigabytes);
        AddDiagnoser(MemoryDiagnoser.Default);
        WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(ParameterWidth));
    }
}
