using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline;

/// <summary>What a phase leaves in run.json; its outputs are files.</summary>
public sealed record PhaseResult(JsonObject Summary, long Tokens = 0);
