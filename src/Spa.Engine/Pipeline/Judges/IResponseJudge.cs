using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>Gives every response of a row a reward; only differences within a row count.</summary>
public interface IResponseJudge : IDisposable
{
    /// <summary>Name in files and reports.</summary>
    string Name { get; }

    /// <summary>Requests, tokens and cost so far; null where nothing is counted.</summary>
    JsonObject? Usage => null;

    /// <summary>Judges rows; <paramref name="done"/> gets each row's index in <paramref name="rows"/> and its verdict, in order and on the calling thread.</summary>
    void Judge(IReadOnlyList<SampledRow> rows, Action<int, RowVerdict> done, CancellationToken cancel);
}
