using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>A vocabulary as an object of tokens and ids, both ways.</summary>
internal static class VocabularyJson
{
    public static Vocabulary Read(JsonCursor json)
    {
        json.Expect(JsonValueKind.Object);
        int count = json.Element.GetPropertyCount();
        if (count > Vocabulary.Limit) throw json.Error($"{count} tokens are more than the limit of {Vocabulary.Limit}");
        Vocabulary vocabulary = new(count);
        foreach (JsonProperty entry in json.Element.EnumerateObject())
        {
            string token = json.NameOf(entry);
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id))
                throw json.Error($"the id of token '{JsonCursor.Shorten(token)}' is not an integer that fits");
            if (vocabulary.Add(token, id) is string problem) throw json.Error(problem);
        }
        return vocabulary;
    }

    public static void Write(Utf8JsonWriter json, Vocabulary vocabulary)
    {
        json.WriteStartObject("vocab");
        for (int id = 0; id < vocabulary.Size; id++)
            if (vocabulary.TokenOf(id) is string token) json.WriteNumber(token, id);
        json.WriteEndObject();
    }
}
