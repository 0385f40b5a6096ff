using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>A prompt as a judge reads it.</summary>
internal static class PromptText
{
    /// <summary>Text as it stands; of one user turn its content; of a conversation the turns with their roles, a blank line between them.</summary>
    public static string Of(JsonNode? prompt)
    {
        if (prompt is not JsonArray messages) return prompt?.ToString() ?? "";
        if (messages is [JsonObject only]) return only["content"]?.ToString() ?? "";
        return string.Join("\n\n", messages.OfType<JsonObject>().Select(m => $"{m["role"]}: {m["content"]}"));
    }
}
