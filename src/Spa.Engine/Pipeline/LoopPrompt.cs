using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline;

/// <summary>A prompt of an iteration: its row in the file, how it stands there, and its tokens.</summary>
internal sealed record LoopPrompt(int Row, JsonNode? Source, int[] Ids);
