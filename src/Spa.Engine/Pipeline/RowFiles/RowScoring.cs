using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>Scores rows of any number in chunks, in their order.</summary>
internal static class RowScoring
{
    // Enough rows to fill batches, few enough to lose little at an interruption.
    private const int Chunk = 128;

    /// <summary>Scores <paramref name="rows"/>; <paramref name="done"/> gets each row with its responses' scores, in order.</summary>
    public static void Run(Scorer scorer, IEnumerable<ScoredRow> rows, Action<ScoredRow, ScoredResponse[]> done, CancellationToken cancel)
    {
        foreach (ScoredRow[] chunk in rows.Chunk(Chunk))
        {
            cancel.ThrowIfCancellationRequested();
            scorer.Score([.. chunk.Select(row => row.Item)], (i, scores) => done(chunk[i], scores), cancel);
        }
    }
}
