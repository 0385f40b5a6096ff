using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>Says which of two responses is better, as they are shown.</summary>
public interface IPairComparer : IDisposable
{
    /// <summary>Name in files and reports.</summary>
    string Name { get; }

    /// <summary>Requests, tokens and cost so far; null where nothing is counted.</summary>
    JsonObject? Usage { get; }

    /// <summary>Answers all questions; <paramref name="done"/> gets a question's index and its answer, in order and on the calling thread.</summary>
    void Compare(IReadOnlyList<PairQuestion> questions, Action<int, PairAnswer> done, CancellationToken cancel);
}
