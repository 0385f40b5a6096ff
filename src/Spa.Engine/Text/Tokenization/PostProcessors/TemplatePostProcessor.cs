using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>TemplateProcessing</c> for single texts. The template for pairs is not kept: this engine never encodes two texts as one.</summary>
internal sealed class TemplatePostProcessor(IReadOnlyList<TemplatePart> parts) : IPostProcessor
{
    public const string TypeName = "TemplateProcessing";

    public IEnumerable<int> AddedIds => parts.SelectMany(part => part.Ids);

    public static TemplatePostProcessor Read(JsonCursor json)
    {
        JsonCursor? tokens = json.Find("special_tokens");
        return new TemplatePostProcessor([.. json.Require("single").Items().Select(part => ReadPart(part, tokens))]);
    }

    public List<int> Process(List<int> ids)
    {
        List<int> result = new(ids.Count + parts.Count);
        foreach (TemplatePart part in parts) result.AddRange(part.Token is null ? ids : part.Ids);
        return result;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", TypeName);
        json.WriteStartArray("single");
        foreach (TemplatePart part in parts) WritePart(json, part, "A", 0);
        json.WriteEndArray();
        json.WriteStartArray("pair");
        foreach (TemplatePart part in parts) WritePart(json, part, "A", 0);
        foreach (TemplatePart part in parts) WritePart(json, part, "B", 1);
        json.WriteEndArray();
        json.WriteStartObject("special_tokens");
        foreach (TemplatePart part in parts.Where(part => part.Token is not null).DistinctBy(part => part.Token)) WriteToken(json, part);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static TemplatePart ReadPart(JsonCursor json, JsonCursor? tokens)
    {
        if (json.Find("Sequence") is JsonCursor sequence)
        {
            if (sequence.Require("id").String() != "A") throw sequence.Error("a template for one text can only name the text A");
            return TemplatePart.Text;
        }
        string name = json.Require("SpecialToken").Require("id").String();
        JsonCursor token = tokens?.Find(name) ?? throw json.Error($"the special token '{JsonCursor.Shorten(name)}' is not in special_tokens");
        return new TemplatePart(name, [.. token.Require("ids").Items().Select(id => id.Integer())]);
    }

    private static void WritePart(Utf8JsonWriter json, TemplatePart part, string text, int type)
    {
        json.WriteStartObject();
        json.WriteStartObject(part.Token is null ? "Sequence" : "SpecialToken");
        json.WriteString("id", part.Token ?? text);
        json.WriteNumber("type_id", type);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteToken(Utf8JsonWriter json, TemplatePart part)
    {
        json.WriteStartObject(part.Token!);
        json.WriteString("id", part.Token);
        json.WriteStartArray("ids");
        foreach (int id in part.Ids) json.WriteNumberValue(id);
        json.WriteEndArray();
        json.WriteStartArray("tokens");
        foreach (int _ in part.Ids) json.WriteStringValue(part.Token);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
