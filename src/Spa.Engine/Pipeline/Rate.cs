using System.Diagnostics;

namespace Spa.Engine.Pipeline;

/// <summary>Units per second since it was made.</summary>
internal sealed class Rate
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public double PerSecond(long units) => units / Math.Max(1e-3, _watch.Elapsed.TotalSeconds);
}
