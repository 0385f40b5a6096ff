using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>
/// A model behind OpenAI's chat interface (<c>POST /chat/completions</c>). Requests go out several at a time within the rate limit; failures that may pass
/// are tried again; every reply is kept on disk by the content of its request.
/// </summary>
public sealed class EndpointChat : IChatModel
{
    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly EndpointSettings _settings;
    private readonly EndpointClient _client;
    private readonly EndpointCache _cache;
    private readonly EndpointUsage _usage;

    /// <exception cref="UsageException">The settings cannot be used.</exception>
    public EndpointChat(EndpointSettings settings, TimeProvider? time = null)
    {
        settings.Validate();
        _settings = settings;
        _usage = new EndpointUsage(settings);
        _client = new EndpointClient(settings, _usage, time ?? TimeProvider.System);
        _cache = new EndpointCache(settings.CacheFolder);
    }

    public string Name => _settings.Model;

    public JsonObject? Usage => _usage.ToJson();

    /// <exception cref="SpaException">The service refused, or was not there after all attempts. What it answered before is in the cache.</exception>
    public void Complete(IReadOnlyList<ChatRequest> requests, Action<int, ChatReply> done, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var places = new SemaphoreSlim(_settings.Concurrency);
        // Places are given in the order of asking, so what an interruption leaves in the cache is the beginning.
        Dictionary<string, Task<ChatReply>> asked = new(StringComparer.Ordinal);
        Task<ChatReply>[] tasks = [.. requests.Select(request => Once(request, asked, places, stop.Token))];
        try
        {
            for (int i = 0; i < tasks.Length; i++) done(i, tasks[i].GetAwaiter().GetResult());
        }
        catch
        {
            // The others end before the error goes on: none may write into a folder that the caller thinks is at rest.
            stop.Cancel();
            Task.WhenAll(tasks).ContinueWith(_ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
            cancel.ThrowIfCancellationRequested();
            throw;
        }
    }

    public void Dispose() => _client.Dispose();

    // Equal requests under way together are one.
    private Task<ChatReply> Once(ChatRequest request, Dictionary<string, Task<ChatReply>> asked, SemaphoreSlim places, CancellationToken cancel)
    {
        string body = Body(request).ToJsonString(s_relaxed), key = EndpointCache.Key(_client.Address, body);
        if (!asked.TryGetValue(key, out Task<ChatReply>? task)) asked[key] = task = Ask(body, key, places, cancel);
        return task;
    }

    private async Task<ChatReply> Ask(string body, string key, SemaphoreSlim places, CancellationToken cancel)
    {
        await places.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (_cache.Find(key) is { } known && TryRead(known) is { } kept)
            {
                _usage.Add(known, cached: true);
                return kept;
            }

            JsonObject reply = await _client.Post(body, cancel).ConfigureAwait(false);
            ChatReply read = TryRead(reply)
                ?? throw new SpaException($"{_client.Address}: expected 'choices' with a 'message' in the reply, found {EndpointClient.Excerpt(reply.ToJsonString())}; is this OpenAI's chat interface?");
            _cache.Keep(key, body, reply);
            _usage.Add(reply, cached: false);
            return read;
        }
        finally
        {
            places.Release();
        }
    }

    private JsonObject Body(ChatRequest request)
    {
        var body = new JsonObject
        {
            ["model"] = _settings.Model,
            ["messages"] = new JsonArray([.. request.Messages.Select(m => new JsonObject { ["role"] = m.Role, ["content"] = m.Content })]),
            ["max_tokens"] = request.MaxNewTokens,
            ["temperature"] = request.Temperature,
        };
        if (request.Temperature > 0) body["seed"] = request.Key;
        if (request.TopLogProbs > 0) (body["logprobs"], body["top_logprobs"]) = (true, request.TopLogProbs);
        return body;
    }

    // Null where it is not a reply of this interface.
    private static ChatReply? TryRead(JsonObject reply)
    {
        if (reply["choices"] is not JsonArray { Count: > 0 } choices || choices[0] is not JsonObject choice || choice["message"] is not JsonObject message) return null;
        string text = message["content"] is JsonValue content && content.TryGetValue(out string? said) ? said : "";
        return new ChatReply(text, choice["finish_reason"]?.ToString() == "length", FirstToken(choice));
    }

    private static List<KeyValuePair<string, double>>? FirstToken(JsonObject choice)
    {
        if (choice["logprobs"] is not JsonObject logprobs || logprobs["content"] is not JsonArray { Count: > 0 } tokens) return null;
        if (tokens[0] is not JsonObject first || first["top_logprobs"] is not JsonArray alternatives) return null;
        var list = new List<KeyValuePair<string, double>>();
        foreach (JsonNode? node in alternatives)
        {
            if (node is JsonObject alternative && alternative["token"] is JsonValue token && token.TryGetValue(out string? text)
                && alternative["logprob"] is JsonValue value && value.TryGetValue(out double logprob) && logprob <= 1e-3) list.Add(new(text, logprob));
        }

        return list.Count > 0 ? list : null;
    }
}
