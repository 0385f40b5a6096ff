namespace Spa.Engine.Pipeline.Demo;

/// <summary>
/// <c>spa demo</c>: the whole loop on the shipped small model, on a task whose right preference is known, so that what the loop gains can be
/// measured (docs/demo.md).
/// </summary>
public static class Demo
{
    /// <summary>
    /// Makes the data, runs <see cref="SpaRun"/> on it, measures every stage and writes the report. Goes on where an earlier call with the same
    /// options was interrupted; does nothing that is done.
    /// </summary>
    /// <exception cref="SpaException">The folder cannot be written, or the shipped model is missing.</exception>
    public static DemoResult Run(DemoOptions options, RunContext context)
    {
        using var run = new DemoRun(options, context);
        return run.Execute();
    }

    /// <summary>The demo with several seeds in a row, from <see cref="DemoOptions.Seed"/> on, each in a folder <c>seed-N</c> of its own.</summary>
    /// <exception cref="SpaException">As for <see cref="Run"/>.</exception>
    public static DemoSeries RunSeeds(DemoOptions options, int count, RunContext context) => new(
    [
        .. Enumerable.Range(0, count).Select(i => options.Seed + (uint)i).Select(seed =>
            Run(options with { Seed = seed, OutputFolder = Path.Combine(options.OutputFolder, $"seed-{seed}") },
                context with { Log = new PrefixedLog(context.Log, $"seed {seed}") })),
    ]);
}
