using System.Text.Json.Nodes;

namespace Spa.Engine.Data;

/// <summary>A prompt to answer, or to judge answers of. Source is the whole row, for commands that hand it on.</summary>
public sealed record PromptRow(RowContent Prompt, JsonObject Source, RowLocation Location);
