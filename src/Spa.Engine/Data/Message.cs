using System.Text.Json.Nodes;

namespace Spa.Engine.Data;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c>, <c>developer</c> or <c>tool</c>.</param>
/// <param name="Content">The text as it stands in the data: nothing is trimmed. Empty where a turn only calls tools.</param>
public readonly record struct Message(string Role, string Content)
{
    public const string System = "system";
    public const string User = "user";
    public const string Assistant = "assistant";

    /// <summary>
    /// The whole turn as JSON, where it says more than role and content (<c>tool_calls</c>, <c>name</c>, <c>reasoning_content</c>): a chat template may read
    /// all of it. Text, so that equal turns are equal.
    /// </summary>
    public string? Json { get; private init; }

    /// <summary>Whether it calls tools, which needs no content.</summary>
    public bool CallsTools => Json is not null && CallsToolsIn(ToJson());

    /// <summary>Whether it neither says anything nor calls a tool.</summary>
    public bool IsBlank => string.IsNullOrWhiteSpace(Content) && !CallsTools;

    /// <summary>A turn with all its fields; those that are null count as absent, as in TRL.</summary>
    /// <param name="role">Its role.</param>
    /// <param name="content">Its text, or null for none.</param>
    /// <param name="turn">The turn, with role and content under these names.</param>
    internal static Message Of(string role, string? content, JsonObject turn)
    {
        Message message = new(role, content ?? "");
        return turn.All(field => field.Key is "role" or "content" || field.Value is null) ? message : message with { Json = JsonRow.WithoutNulls(turn)!.ToJsonString() };
    }

    /// <summary>The turn as <see cref="ToJson"/> writes it.</summary>
    internal static Message Of(JsonObject turn) => Of(turn["role"]!.ToString(), turn["content"]?.ToString(), turn);

    /// <summary>The turn as a chat template reads it.</summary>
    internal JsonObject ToJson() => Json is null ? new JsonObject { ["role"] = Role, ["content"] = Content } : JsonNode.Parse(Json)!.AsObject();

    internal static bool CallsToolsIn(JsonObject turn) => turn["tool_calls"] is JsonArray { Count: > 0 };

    /// <summary>The roles that chat templates know.</summary>
    internal static bool IsKnownRole(string role) => role is System or User or Assistant or "developer" or "tool";
}
