using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>
/// <c>BertProcessing</c> and <c>RobertaProcessing</c>: one token before a text and one behind it. RoBERTa's other fields concern offsets, which this engine does not keep; they are
/// only carried.
/// </summary>
/// <param name="type">The name in tokenizer.json.</param>
/// <param name="first">Goes before the text.</param>
/// <param name="last">Goes behind it.</param>
/// <param name="offsets">RoBERTa's <c>trim_offsets</c> and <c>add_prefix_space</c>.</param>
internal sealed class EnclosingPostProcessor(string type, (string Token, int Id) first, (string Token, int Id) last, (bool Trim, bool Prefix) offsets) : IPostProcessor
{
    public const string BertTypeName = "BertProcessing";

    public const string RobertaTypeName = "RobertaProcessing";

    public IEnumerable<int> AddedIds => [first.Id, last.Id];

    public static EnclosingPostProcessor Read(JsonCursor json) => new(json.Type(), ReadToken(json.Require("cls")), ReadToken(json.Require("sep")),
        (json.Find("trim_offsets")?.Boolean() ?? true, json.Find("add_prefix_space")?.Boolean() ?? true));

    public List<int> Process(List<int> ids) => [first.Id, .. ids, last.Id];

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        WriteToken(json, "sep", last);
        WriteToken(json, "cls", first);
        if (type == RobertaTypeName)
        {
            json.WriteBoolean("trim_offsets", offsets.Trim);
            json.WriteBoolean("add_prefix_space", offsets.Prefix);
        }
        json.WriteEndObject();
    }

    private static (string, int) ReadToken(JsonCursor json)
    {
        JsonCursor[] parts = [.. json.Items()];
        return parts.Length == 2 ? (parts[0].String(), parts[1].Integer()) : throw json.Error("expected [\"token\", id]");
    }

    private static void WriteToken(Utf8JsonWriter json, string name, (string Token, int Id) token)
    {
        json.WriteStartArray(name);
        json.WriteStringValue(token.Token);
        json.WriteNumberValue(token.Id);
        json.WriteEndArray();
    }
}
