using System.Text.Json.Nodes;

namespace Spa.Engine.Data;

/// <summary>A prompt with a better and a worse response, all in the same form. Source is the whole row, for commands that hand it on.</summary>
public sealed record PreferenceRow(
    RowContent Prompt,
    RowContent Chosen,
    RowContent Rejected,
    ResponseEnd ChosenEnd,
    ResponseEnd RejectedEnd,
    JsonObject Source,
    RowLocation Location);
