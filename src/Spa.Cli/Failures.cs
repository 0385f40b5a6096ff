using Spa.Engine;
using Spa.Engine.Formats;

namespace Spa.Cli;

/// <summary>Failures as users see them: one line that begins with <c>error:</c>, and an exit code.</summary>
internal static class Failures
{
    /// <summary>Writes the line and returns the exit code.</summary>
    public static int Report(Exception error, TextWriter stderr, bool verbose, CancellationToken cancel)
    {
        error = Innermost(error);
        if (error is OperationCanceledException && cancel.IsCancellationRequested)
        {
            stderr.WriteLine("interrupted; the same command goes on from here");
            return ExitCodes.Interrupted;
        }

        stderr.WriteLine($"error: {Message(error).ReplaceLineEndings(" ")}");
        if (verbose) stderr.WriteLine(error);
        return error is SpaException known ? known.ExitCode : ExitCodes.Failed;
    }

    private static string Message(Exception error) => error switch
    {
        SpaException => error.Message,
        OutOfMemoryException => "out of memory: the model or the batch does not fit; use --dtype bfloat16, shorter rows or a machine with more memory",
        _ when FileErrors.IsFileError(error) => error.Message,
        _ => $"internal: {error.GetType().Name}: {error.Message} (this is a defect of spa; --verbose shows where)",
    };

    /// <summary>Parallel loops wrap what their bodies throw.</summary>
    private static Exception Innermost(Exception error)
    {
        while (error is AggregateException or System.Reflection.TargetInvocationException && error.InnerException is { } inner) error = inner;
        return error;
    }
}
