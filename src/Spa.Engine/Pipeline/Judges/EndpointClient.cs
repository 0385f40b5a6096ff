using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>Posts a request until it is answered or there is no more hope.</summary>
internal sealed class EndpointClient : IDisposable
{
    // No chat reply comes near it.
    private const int MaxReplyBytes = 16 << 20;

    private const string Path = "/chat/completions";
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromMinutes(1), s_longestRetryAfter = TimeSpan.FromMinutes(10);

    private readonly EndpointSettings _settings;
    private readonly EndpointUsage _usage;
    private readonly TimeProvider _time;
    private readonly RequestPace _pace;
    private readonly HttpClient _http;
    private readonly string? _key;

    public EndpointClient(EndpointSettings settings, EndpointUsage usage, TimeProvider time)
    {
        (_settings, _usage, _time, _pace) = (settings, usage, time, new RequestPace(settings.RequestsPerMinute, time));
        string url = settings.Url.TrimEnd('/');
        Address = new Uri(url.EndsWith(Path, StringComparison.Ordinal) ? url : url + Path);
        // A redirection could carry the key elsewhere.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = settings.Timeout }) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxReplyBytes };
        _key = settings.ApiKeyVariable is { } variable ? Environment.GetEnvironmentVariable(variable)?.Trim() : null;
        if (_key is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _key);
    }

    /// <summary>Where requests go.</summary>
    public Uri Address { get; }

    /// <summary>The reply as JSON.</summary>
    /// <exception cref="SpaException">Refused, or failed at every attempt; names the address and what came back, never the key.</exception>
    public async Task<JsonObject> Post(string body, CancellationToken cancel)
    {
        for (int attempt = 0; ; attempt++)
        {
            await _pace.Wait(cancel).ConfigureAwait(false);
            EndpointOutcome outcome = await Try(body, cancel).ConfigureAwait(false);
            if (outcome.Reply is { } reply) return reply;
            if (!outcome.MayPass) throw new SpaException($"{Address}: {outcome.Failure}");
            if (attempt >= _settings.Retries)
                throw new SpaException($"{Address}: {outcome.Failure}{(attempt > 0 ? $", after {attempt + 1} attempts" : "")}; the same command goes on from the replies that it has");
            _usage.AddRetry();
            await Task.Delay(outcome.RetryAfter ?? Delay(attempt), _time, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>The beginning of what a service said on one line, for messages.</summary>
    public static string Excerpt(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 200 ? line : line[..200] + "...";
    }

    public void Dispose() => _http.Dispose();

    private TimeSpan Delay(int attempt)
    {
        double seconds = Math.Min(s_longestDelay.TotalSeconds, _settings.FirstDelay.TotalSeconds * Math.Pow(2, attempt));
        // Half of it by chance, so that requests that failed together do not come back together.
        return TimeSpan.FromSeconds(seconds * (0.5 + 0.5 * Random.Shared.NextDouble()));
    }

    private async Task<EndpointOutcome> Try(string body, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(_settings.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            using StringContent content = new(body, Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await _http.PostAsync(Address, content, either.Token).ConfigureAwait(false);
            string text = await Text(response.Content, either.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? Parse(text) : Refused(response, text);
        }
        catch (HttpRequestException error)
        {
            // What went wrong stands innermost; the outer messages refer to it.
            return EndpointOutcome.Passing($"no answer ({error.GetBaseException().Message.ReplaceLineEndings(" ")})");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return EndpointOutcome.Passing($"no answer within {_settings.Timeout.TotalSeconds:0.##} seconds");
        }
    }

    private static async Task<string> Text(HttpContent content, CancellationToken cancel)
    {
        try
        {
            return await content.ReadAsStringAsync(cancel).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // Its character set does not exist; JSON is UTF-8.
            return Encoding.UTF8.GetString(await content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false));
        }
    }

    private static EndpointOutcome Parse(string text) =>
        JsonFiles.TryParse(text) is { } reply ? new EndpointOutcome(reply, "", false) : EndpointOutcome.Passing($"expected a valid JSON object, found '{Excerpt(text)}'");

    private EndpointOutcome Refused(HttpResponseMessage response, string text)
    {
        int code = (int)response.StatusCode;
        string said = Excerpt(WithoutKey(Reason(text)));
        string failure = $"the service answered {code} {response.ReasonPhrase}{(said.Length > 0 ? ": " : "")}{said}";
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            failure += _settings.ApiKeyVariable is { } variable ? $"; check the key in the environment variable '{variable}'" : "; name the environment variable that holds the key";
        if (response.Headers.Location is { } elsewhere) failure += $"; redirections are not followed, give the address itself: {new Uri(Address, elsewhere)}";
        bool mayPass = code is 408 or 409 or 425 or 429 or >= 500;
        return new EndpointOutcome(null, failure, mayPass, RetryAfter(response));
    }

    // Some services quote the key that they refuse.
    private string WithoutKey(string text) => string.IsNullOrEmpty(_key) ? text : text.Replace(_key, "[key]", StringComparison.Ordinal);

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        RetryConditionHeaderValue? header = response.Headers.RetryAfter;
        TimeSpan? wait = header?.Delta ?? (header?.Date is { } date ? date - _time.GetUtcNow() : null);
        return wait is not { } value ? null : value < TimeSpan.Zero ? TimeSpan.Zero : value > s_longestRetryAfter ? s_longestRetryAfter : value;
    }

    // OpenAI's {"error": {"message": ...}}, or the text.
    private static string Reason(string text) => JsonFiles.TryParse(text)?["error"] is JsonObject error && error["message"] is JsonValue message ? message.ToString() : text;
}
