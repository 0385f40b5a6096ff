using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline;

/// <summary>A finished phase.</summary>
/// <param name="Name">Such as <c>stage-1/sample</c>.</param>
/// <param name="Key">Hash of everything that went in.</param>
/// <param name="Seconds">Time spent in it, all attempts together.</param>
/// <param name="Tokens">Tokens it worked on; 0 if that means nothing.</param>
/// <param name="Finished">When.</param>
/// <param name="Summary">Figures for the report.</param>
public sealed record PhaseRecord(string Name, string Key, double Seconds, long Tokens, DateTimeOffset Finished, JsonObject Summary);
