using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>The fields of every component called ByteLevel; the decoder and the post-processor only carry them.</summary>
internal sealed record ByteLevelOptions(bool AddPrefixSpace, bool TrimOffsets, bool UseRegex)
{
    public const string TypeName = "ByteLevel";

    public static ByteLevelOptions Read(JsonCursor json) => new(json.Find("add_prefix_space")?.Boolean() ?? true,
        json.Find("trim_offsets")?.Boolean() ?? true, json.Find("use_regex")?.Boolean() ?? true);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteBoolean("add_prefix_space", AddPrefixSpace);
        json.WriteBoolean("trim_offsets", TrimOffsets);
        json.WriteBoolean("use_regex", UseRegex);
        json.WriteEndObject();
    }
}
