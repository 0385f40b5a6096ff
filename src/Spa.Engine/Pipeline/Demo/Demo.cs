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
}
