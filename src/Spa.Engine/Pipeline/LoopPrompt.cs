using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Pipeline;

/// <summary>A prompt of an iteration: its row in the file, how it stands there, its tokens, and what the row gives to a chat template beside its messages.</summary>
internal sealed record LoopPrompt(int Row, JsonNode? Source, int[] Ids, TemplateArguments? Arguments = null);
