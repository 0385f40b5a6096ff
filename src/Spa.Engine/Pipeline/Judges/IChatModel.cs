using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>A model that continues conversations: one of this engine, or a service.</summary>
public interface IChatModel : IDisposable
{
    /// <summary>Name in files and reports.</summary>
    string Name { get; }

    /// <summary>Requests, tokens and cost so far; null where nothing is counted.</summary>
    JsonObject? Usage { get; }

    /// <summary>Continues all conversations; <paramref name="done"/> gets a request's index and its reply on the calling thread, in any order.</summary>
    void Complete(IReadOnlyList<ChatRequest> requests, Action<int, ChatReply> done, CancellationToken cancel);
}
