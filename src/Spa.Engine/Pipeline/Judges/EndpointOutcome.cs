using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>One attempt to get an answer from a service.</summary>
/// <param name="Reply">The answer, or null.</param>
/// <param name="Failure">What went wrong, without a reply.</param>
/// <param name="MayPass">Whether another attempt makes sense.</param>
/// <param name="RetryAfter">When, if the service said so.</param>
internal readonly record struct EndpointOutcome(JsonObject? Reply, string Failure, bool MayPass, TimeSpan? RetryAfter = null)
{
    public static EndpointOutcome Passing(string failure) => new(null, failure, true);
}
