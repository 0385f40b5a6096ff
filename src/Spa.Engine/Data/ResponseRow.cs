using System.Text.Json.Nodes;

namespace Spa.Engine.Data;

/// <summary>
/// An example to imitate or to score. The prompt is given and not scored; it is null where the response is one whole text or
/// conversation. Source is the whole row, for commands that hand it on.
/// </summary>
public sealed record ResponseRow(RowContent? Prompt, RowContent Response, ResponseEnd End, JsonObject Source, RowLocation Location);
