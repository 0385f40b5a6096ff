namespace Spa.Engine.Pipeline.Judges;

/// <summary>How a service with OpenAI's chat interface is called.</summary>
public sealed record EndpointSettings
{
    /// <summary>Base address, such as <c>http://localhost:8000/v1</c>; <c>/chat/completions</c> is added where it is missing.</summary>
    public required string Url { get; init; }

    /// <summary>The model's name there.</summary>
    public required string Model { get; init; }

    /// <summary>Environment variable that holds the key; null: no key is sent. The key itself is never written anywhere.</summary>
    public string? ApiKeyVariable { get; init; }

    /// <summary>Most requests begun in a minute; 0: no limit.</summary>
    public double RequestsPerMinute { get; init; }

    /// <summary>Requests under way at once.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>For one request, from its beginning to the last byte of the reply.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Further attempts after a failure that may pass: no connection, a time-out, 408, 409, 425, 429, 5xx.</summary>
    public int Retries { get; init; } = 6;

    /// <summary>Wait before the first further attempt; doubled with each, at most a minute. A Retry-After of the service wins.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Folder of replies by the content of their requests; null: none are kept.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Price of a million prompt tokens.</summary>
    public double PromptPrice { get; init; }

    /// <summary>Price of a million tokens of replies.</summary>
    public double CompletionPrice { get; init; }

    /// <exception cref="UsageException">The address is none, or the variable of the key is not set.</exception>
    public void Validate()
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            throw new UsageException($"the endpoint's url must be an http or https address such as http://localhost:8000/v1, found '{Url}'");
        if (uri.UserInfo.Length > 0) throw new UsageException("the endpoint's url holds a user or a password; put the key into an environment variable and name that");
        if (Model.Length == 0) throw new UsageException("the endpoint needs the name of the model that answers there");
        if (ApiKeyVariable is { } variable && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)))
            throw new UsageException($"the environment variable '{variable}' that should hold the endpoint's key is not set; set it, or leave out the key's name");
    }
}
