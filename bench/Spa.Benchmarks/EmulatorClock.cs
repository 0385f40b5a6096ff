using System.Diagnostics;
using Perfolizer.Horology;

namespace Spa.Benchmarks;

/// <summary>The time of this process, for BenchmarkDotNet. The emulated device and what measures it run on one thread, so processor time of the process is that thread's.</summary>
internal sealed class EmulatorClock : IClock
{
    public string Title => "processor or wall time of the process";

    public bool IsAvailable => true;

    public Frequency Frequency => new(TimeSpan.TicksPerSecond);

    /// <summary>What readings tell from now on.</summary>
    public EmulatorTime Time { get; set; }

    public long GetTimestamp() => (Time == EmulatorTime.Processor ? Environment.CpuUsage.TotalTime : Stopwatch.GetElapsedTime(0)).Ticks;
}
