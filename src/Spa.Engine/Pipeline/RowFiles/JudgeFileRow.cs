using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>A row to judge, beside the row as it stands in the file.</summary>
public sealed record JudgeFileRow(JsonObject Source, SampledRow Row);
