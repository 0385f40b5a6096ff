namespace Spa.Engine.Configuration;

/// <summary>How the judge of the loop works. The keys are in <see cref="ConfigurationKeys"/>.</summary>
public sealed record JudgingConfig
{
    internal JudgingConfig() { }

    public string Pairs { get; init; } = "";

    public string Length { get; init; } = "";

    public double LengthPenalty { get; init; }

    public bool Calibrate { get; init; }

    public string? Model { get; init; }

    public string? Prompt { get; init; }

    public ValueList<string> Verdicts { get; init; } = new([]);

    public string? Url { get; init; }

    /// <summary>Name of an environment variable, never a key.</summary>
    public string? ApiKeyEnv { get; init; }

    public double RequestsPerMinute { get; init; }

    public int Concurrency { get; init; }

    public double Timeout { get; init; }

    public int Retries { get; init; }

    public string? Cache { get; init; }

    public double PromptPrice { get; init; }

    public double CompletionPrice { get; init; }

    public string? Labels { get; init; }

    public ValueList<string>? Program { get; init; }

    public string? Rule { get; init; }
}
