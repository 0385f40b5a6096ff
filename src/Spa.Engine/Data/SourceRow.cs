using System.Text.Json.Nodes;

namespace Spa.Engine.Data;

/// <summary>One row as it stands in its file, before its meaning is looked at.</summary>
public sealed record SourceRow(JsonObject Json, RowLocation Location);
