using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>What a service was asked and what it cost.</summary>
internal sealed class EndpointUsage(EndpointSettings settings)
{
    private long _requests, _retries, _cached, _promptTokens, _completionTokens, _cachedPromptTokens, _cachedCompletionTokens;

    public void AddRetry() => Interlocked.Increment(ref _retries);

    /// <summary>Counts a reply; the tokens are those that the service told.</summary>
    public void Add(JsonObject reply, bool cached)
    {
        long prompt = Tokens(reply, "prompt_tokens"), completion = Tokens(reply, "completion_tokens");
        if (cached)
        {
            Interlocked.Increment(ref _cached);
            Interlocked.Add(ref _cachedPromptTokens, prompt);
            Interlocked.Add(ref _cachedCompletionTokens, completion);
        }
        else
        {
            Interlocked.Increment(ref _requests);
            Interlocked.Add(ref _promptTokens, prompt);
            Interlocked.Add(ref _completionTokens, completion);
        }
    }

    public JsonObject ToJson() => new()
    {
        ["requests"] = _requests,
        ["retries"] = _retries,
        ["from_cache"] = _cached,
        ["prompt_tokens"] = _promptTokens,
        ["completion_tokens"] = _completionTokens,
        ["cost"] = Cost(_promptTokens, _completionTokens),
        ["cost_with_cache"] = Cost(_promptTokens + _cachedPromptTokens, _completionTokens + _cachedCompletionTokens),
    };

    private double Cost(long prompt, long completion) => (prompt * settings.PromptPrice + completion * settings.CompletionPrice) / 1e6;

    private static long Tokens(JsonObject reply, string key) =>
        reply["usage"] is JsonObject usage && usage[key] is JsonValue value && value.TryGetValue(out long tokens) && tokens >= 0 ? tokens : 0;
}
