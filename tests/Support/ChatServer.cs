using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Spa.Tests.Support;

/// <summary>A small service with OpenAI's chat interface on this machine's loopback; what it answers is the test's.</summary>
internal sealed class ChatServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<JsonObject, int, (int Status, string Body)> _answer;
    private int _count;

    /// <param name="answer">Gets the request and its number from 0; gives status and body.</param>
    public ChatServer(Func<JsonObject, int, (int Status, string Body)> answer)
    {
        _answer = answer;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/v1";
        }

        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _ = Listen();
    }

    public string Url { get; }

    /// <summary>Authorization headers as they came.</summary>
    public ConcurrentQueue<string?> Keys { get; } = new();

    /// <summary>Requests as they came.</summary>
    public ConcurrentQueue<JsonObject> Requests { get; } = new();

    /// <summary>Header of every refusal, or null.</summary>
    public string? RetryAfter { get; set; }

    /// <summary>Header of every reply, or null.</summary>
    public string? ContentType { get; set; }

    /// <summary>Requests that are not answered until the server ends.</summary>
    public int Silent { get; set; }

    public static string Reply(string text, params (string Token, double Logprob)[] alternatives)
    {
        var choice = new JsonObject { ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text }, ["finish_reason"] = "stop" };
        if (alternatives.Length > 0)
        {
            choice["logprobs"] = new JsonObject
            {
                ["content"] = new JsonArray(new JsonObject
                {
                    ["top_logprobs"] = new JsonArray([.. alternatives.Select(a => new JsonObject { ["token"] = a.Token, ["logprob"] = a.Logprob })]),
                }),
            };
        }

        return new JsonObject { ["choices"] = new JsonArray(choice), ["usage"] = new JsonObject { ["prompt_tokens"] = 100, ["completion_tokens"] = 2 } }.ToJsonString();
    }

    public static string Said(JsonObject request) => request["messages"]!.AsArray()[^1]!["content"]!.ToString();

    public void Dispose() => _listener.Close();

    private async Task Listen()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                _ = Task.Run(() => Handle(context));
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private void Handle(HttpListenerContext context)
    {
        int number = Interlocked.Increment(ref _count) - 1;
        if (number < Silent) return;
        using var reader = new StreamReader(context.Request.InputStream);
        JsonObject request = JsonNode.Parse(reader.ReadToEnd())!.AsObject();
        Keys.Enqueue(context.Request.Headers["Authorization"]);
        Requests.Enqueue(request);
        (int status, string body) = context.Request.Url!.AbsolutePath == "/v1/chat/completions" ? _answer(request, number) : (404, "no such path");
        (context.Response.StatusCode, context.Response.ContentType) = (status, ContentType);
        if (status >= 400 && RetryAfter is not null) context.Response.Headers["Retry-After"] = RetryAfter;
        context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: false);
    }
}
