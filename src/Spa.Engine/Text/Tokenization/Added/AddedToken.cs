using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>A token that is found in the text before the model sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">What is searched for.</param>
/// <param name="SingleWord">Only where no word character stands next to it.</param>
/// <param name="LeftStrip">Takes the white space before it along.</param>
/// <param name="RightStrip">Takes the white space after it along.</param>
/// <param name="Normalized">Searched for in the normalized text rather than in the text as given.</param>
/// <param name="Special">Left out when special tokens are skipped.</param>
internal sealed record AddedToken(int Id, string Content, bool SingleWord = false, bool LeftStrip = false, bool RightStrip = false,
    bool Normalized = false, bool Special = false)
{
    public static AddedToken Read(JsonCursor json) => new(json.Require("id").Integer(), json.Require("content").String(), Flag(json, "single_word"),
        Flag(json, "lstrip"), Flag(json, "rstrip"), Flag(json, "normalized"), Flag(json, "special"));

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("id", Id);
        json.WriteString("content", Content);
        json.WriteBoolean("single_word", SingleWord);
        json.WriteBoolean("lstrip", LeftStrip);
        json.WriteBoolean("rstrip", RightStrip);
        json.WriteBoolean("normalized", Normalized);
        json.WriteBoolean("special", Special);
        json.WriteEndObject();
    }

    private static bool Flag(JsonCursor json, string name) => json.Find(name)?.Boolean() ?? false;
}
