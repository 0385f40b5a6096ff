using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>A row to score: one response, or the two of a preference row (chosen first).</summary>
public sealed record ScoredRow(JsonObject Source, RowLocation Location, int[] Prompt, int[][] Responses)
{
    public ScoreItem Item => new(Prompt, Responses);

    /// <summary>Rows that it takes in a batch.</summary>
    public int BatchRows => PackedBatch.RowsFor(Prompt.Length, [.. Responses.Select(r => r.Length)]);
}
