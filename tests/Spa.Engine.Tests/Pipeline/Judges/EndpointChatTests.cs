using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Tests.Reporting;
using Spa.Tests.Support;

namespace Spa.Engine.Tests.Pipeline.Judges;

/// <summary>The endpoint against a service in this process.</summary>
internal sealed class EndpointChatTests
{
    private const string KeyVariable = "SPA_TEST_ENDPOINT_KEY", Key = "sk-very-secret-0123456789";

    private readonly TemporaryFolder _folder = new();

    [SetUp]
    public void SetKey() => Environment.SetEnvironmentVariable(KeyVariable, Key);

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public void Replies_come_in_the_order_of_the_requests()
    {
        using ChatServer server = new((request, number) =>
        {
            Thread.Sleep(number % 3 == 0 ? 30 : 1);
            return (200, ChatServer.Reply("echo " + ChatServer.Said(request)));
        });
        using EndpointChat chat = new(Settings(server));
        Assert.That(Ask(chat, 20), Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"echo question {i}")));
        Assert.That(chat.Usage!.ToJsonString(), Does.Contain("\"requests\":20").And.Contain("\"prompt_tokens\":2000").And.Contain("\"completion_tokens\":40"));
        // 2,000 tokens at 3 a million, 40 at 10.
        Assert.That(chat.Usage!["cost"]!.GetValue<double>(), Is.EqualTo(0.0064).Within(1e-12));
    }

    [Test]
    public void The_request_is_what_the_interface_asks_for()
    {
        using ChatServer server = new((_, _) => (200, ChatServer.Reply("A", ("A", -0.1))));
        using EndpointChat chat = new(Settings(server));
        chat.Complete([new ChatRequest([new Message("system", "s"), new Message("user", "u")], 7, 0.5, 3, 5)], (_, _) => { }, default);
        Assert.That(server.Requests.TryPeek(out JsonObject? request));
        Assert.That(request!.ToJsonString(), Is.EqualTo("""{"model":"judge-model","messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}],"max_tokens":7,"temperature":0.5,"seed":3,"logprobs":true,"top_logprobs":5}"""));
        Assert.That(server.Keys, Is.EqualTo(new[] { "Bearer " + Key }));
    }

    [Test]
    public void Failures_that_may_pass_are_tried_again()
    {
        int[] failures = [429, 500, 503];
        using ChatServer server = new((_, number) => number < failures.Length ? (failures[number], "later") : (200, ChatServer.Reply("at last")));
        using EndpointChat chat = new(Settings(server) with { Concurrency = 1 });
        Assert.That(Ask(chat, 1), Is.EqualTo(new[] { "at last" }));
        Assert.That(chat.Usage!["retries"]!.GetValue<long>(), Is.EqualTo(3));
    }

    [Test]
    public void A_broken_reply_is_tried_again()
    {
        using ChatServer server = new((_, number) => (200, number == 0 ? "<html>gateway</html>" : ChatServer.Reply("fine")));
        using EndpointChat chat = new(Settings(server));
        Assert.That(Ask(chat, 1), Is.EqualTo(new[] { "fine" }));
    }

    [Test]
    public void Retry_after_is_obeyed()
    {
        using ChatServer server = new((_, number) => number == 0 ? (429, "slow down") : (200, ChatServer.Reply("ok"))) { RetryAfter = "1" };
        using EndpointChat chat = new(Settings(server));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Ask(chat, 1);
        Assert.That(watch.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(0.95)));
    }

    [Test]
    public void Silence_ends_at_the_time_limit()
    {
        using ChatServer server = new((_, _) => (200, ChatServer.Reply("ok"))) { Silent = 1 };
        using EndpointChat chat = new(Settings(server) with { Timeout = TimeSpan.FromSeconds(0.3) });
        Assert.That(Ask(chat, 1), Is.EqualTo(new[] { "ok" }));
        using ChatServer dead = new((_, _) => (200, "")) { Silent = int.MaxValue };
        using EndpointChat without = new(Settings(dead) with { Timeout = TimeSpan.FromSeconds(0.1), Retries = 1 });
        Assert.That(() => Ask(without, 1), Throws.TypeOf<SpaException>().With.Message.Contains("no answer within 0.1 seconds, after 2 attempts"));
    }

    [Test]
    public void A_connection_that_breaks_says_how()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        Task closing = Task.Run(() => listener.AcceptTcpClient().Close());
        using ChatServer server = new((_, _) => (200, ""));
        using EndpointChat chat = new(Settings(server) with { Url = $"http://127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}/v1", Retries = 0 });
        Assert.That(() => Ask(chat, 1), Throws.TypeOf<SpaException>().With.Message.Contains("no answer (").And.Message.Not.Contains("error occurred while sending"));
        closing.Wait();
    }

    [Test]
    public void A_refusal_names_the_address_and_never_the_key()
    {
        using ChatServer server = new((_, _) => (401, "{\"error\": {\"message\": \"bad key " + Key + "\"}}"));
        using EndpointChat chat = new(Settings(server));
        SpaException error = Assert.Throws<SpaException>(() => Ask(chat, 3))!;
        Assert.That(error.Message, Does.Contain(server.Url).And.Contain("401").And.Contain(KeyVariable).And.Contain("bad key [key]"));
        Assert.That(error.ToString(), Does.Not.Contain(Key));
        Assert.That(server.Requests, Has.Count.LessThanOrEqualTo(3), "a refusal is not tried again");
    }

    [Test]
    public void What_was_answered_is_never_asked_again_and_the_key_is_in_no_file()
    {
        string cache = Path.Combine(_folder.FullName, "cache");
        using ChatServer server = new((request, number) => number >= 5 ? (400, "out of credit") : (200, ChatServer.Reply("echo " + ChatServer.Said(request))));
        using (EndpointChat chat = new(Settings(server) with { CacheFolder = cache, Concurrency = 1 }))
            Assert.That(() => Ask(chat, 8), Throws.TypeOf<SpaException>().With.Message.Contains("out of credit"));
        using EndpointChat again = new(Settings(server) with { CacheFolder = cache });
        Assert.That(Ask(again, 5), Has.Count.EqualTo(5), "an interrupted command goes on from the cache");
        Assert.That(again.Usage!["from_cache"]!.GetValue<long>(), Is.EqualTo(5));
        Assert.That(again.Usage["requests"]!.GetValue<long>(), Is.Zero);
        Assert.That(again.Usage["cost"]!.GetValue<double>(), Is.Zero);
        Assert.That(again.Usage["cost_with_cache"]!.GetValue<double>(), Is.GreaterThan(0));
        foreach (string file in Directory.GetFiles(cache, "*", SearchOption.AllDirectories)) Assert.That(File.ReadAllText(file), Does.Not.Contain(Key));
    }

    [Test]
    public void Equal_questions_are_asked_once()
    {
        using ChatServer server = new((_, _) => (200, ChatServer.Reply("same")));
        using EndpointChat chat = new(Settings(server) with { CacheFolder = Path.Combine(_folder.FullName, "equal") });
        List<string> replies = [];
        chat.Complete([.. Enumerable.Repeat(Request(0), 6)], (_, reply) => replies.Add(reply.Text), default);
        Assert.That(replies, Is.EqualTo(Enumerable.Repeat("same", 6)));
        Assert.That(server.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_damaged_cache_file_counts_as_absent()
    {
        string cache = Path.Combine(_folder.FullName, "damaged");
        using ChatServer server = new((_, _) => (200, ChatServer.Reply("fine")));
        using EndpointChat chat = new(Settings(server) with { CacheFolder = cache });
        Ask(chat, 1);
        File.WriteAllText(Directory.GetFiles(cache, "*", SearchOption.AllDirectories).Single(), "{");
        Assert.That(Ask(chat, 1), Is.EqualTo(new[] { "fine" }));
        Assert.That(server.Requests, Has.Count.EqualTo(2));
        File.WriteAllText(Directory.GetFiles(cache, "*", SearchOption.AllDirectories).Single(), "{\"reply\": {}}");
        Assert.That(Ask(chat, 1), Is.EqualTo(new[] { "fine" }), "JSON, and no reply");
        Assert.That(server.Requests, Has.Count.EqualTo(3));
    }

    [Test]
    public void The_rate_limit_spaces_requests()
    {
        using ChatServer server = new((_, _) => (200, ChatServer.Reply("ok")));
        using EndpointChat chat = new(Settings(server) with { RequestsPerMinute = 600 });
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Ask(chat, 6);
        Assert.That(watch.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(0.48)), "five intervals of a tenth of a second");
    }

    [Test]
    public void Cancelling_ends_the_work()
    {
        using ChatServer server = new((_, _) => (200, "")) { Silent = int.MaxValue };
        using EndpointChat chat = new(Settings(server));
        using var cancel = new CancellationTokenSource(100);
        Assert.That(() => chat.Complete([Request(0), Request(1)], (_, _) => { }, cancel.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Something_else_than_the_chat_interface_is_named()
    {
        using ChatServer server = new((_, _) => (200, """{"hello": "world"}"""));
        using EndpointChat chat = new(Settings(server));
        Assert.That(() => Ask(chat, 1), Throws.TypeOf<SpaException>().With.Message.Contains("'choices'"));
    }

    [TestCase("half of a pair \\ud800")]
    [TestCase("twice\", \"content\": \"twice")]
    public void A_reply_that_is_no_clean_JSON_ends_in_one_line(string content)
    {
        using ChatServer server = new((_, _) => (200, "{\"choices\":\n\n[{\"message\": {\"content\": \"" + content + "\"}}]}"));
        using EndpointChat chat = new(Settings(server) with { Retries = 0 });
        Assert.That(() => Ask(chat, 1), Throws.TypeOf<SpaException>().With.Message.Contains("expected a valid JSON object, found '{\"choices\": [{").And.Message.Not.Contains("attempts"));
    }

    [Test]
    public void A_character_set_that_does_not_exist_is_read_as_UTF_8()
    {
        using ChatServer server = new((_, _) => (200, ChatServer.Reply("schön"))) { ContentType = "application/json; charset=utf8x" };
        using EndpointChat chat = new(Settings(server));
        Assert.That(Ask(chat, 1), Is.EqualTo(new[] { "schön" }));
    }

    [TestCase("ftp://x/v1", "http or https")]
    [TestCase("nonsense", "http or https")]
    [TestCase("http://me:secret@x/v1", "environment variable")]
    public void An_address_that_cannot_be_used_is_refused(string url, string part) =>
        Assert.That(() => new EndpointChat(new EndpointSettings { Url = url, Model = "m" }), Throws.TypeOf<UsageException>().With.Message.Contains(part));

    [Test]
    public void A_key_that_is_not_set_is_told_before_work_begins() =>
        Assert.That(() => new EndpointChat(new EndpointSettings { Url = "http://x/v1", Model = "m", ApiKeyVariable = "SPA_NO_SUCH_KEY" }),
            Throws.TypeOf<UsageException>().With.Message.Contains("SPA_NO_SUCH_KEY"));

    private static EndpointSettings Settings(ChatServer server) => new()
    {
        Url = server.Url,
        Model = "judge-model",
        ApiKeyVariable = KeyVariable,
        FirstDelay = TimeSpan.FromMilliseconds(5),
        PromptPrice = 3,
        CompletionPrice = 10,
    };

    private static ChatRequest Request(int i) => new([new Message("user", $"question {i}")], 16, 0);

    private static List<string> Ask(EndpointChat chat, int count)
    {
        List<string> replies = [];
        chat.Complete([.. Enumerable.Range(0, count).Select(Request)], (_, reply) => replies.Add(reply.Text), default);
        return replies;
    }
}
