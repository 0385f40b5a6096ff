namespace Spa.Engine.Configuration;

/// <summary>How responses are sampled. The keys are in <see cref="ConfigurationKeys"/>.</summary>
public sealed record SamplingConfig
{
    internal SamplingConfig() { }

    public double Temperature { get; init; }

    public double TopP { get; init; }

    public int TopK { get; init; }

    public int MaxNewTokens { get; init; }
}
