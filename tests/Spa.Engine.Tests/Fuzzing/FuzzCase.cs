using System.Diagnostics;
using Spa.Fuzz;

namespace Spa.Engine.Tests.Fuzzing;

/// <summary>One file given to one reader.</summary>
internal static class FuzzCase
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with how a reader took a file, or null. A refusal in one line is right.</summary>
    public static string? Problem(string target, string path)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            FuzzTargets.Run(FuzzTargets.All[target], path, alone: false);
        }
        catch (Exception error)
        {
            return error.ToString();
        }

        TimeSpan taken = Stopwatch.GetElapsedTime(start);
        return taken > s_longest ? $"took {taken.TotalSeconds:F1} s" : null;
    }
}
