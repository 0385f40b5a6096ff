using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>The field <c>model</c> of tokenizer.json for a Unigram model, both ways.</summary>
internal static class UnigramModelJson
{
    public static UnigramModel Read(JsonCursor json)
    {
        JsonCursor vocab = json.Require("vocab");
        vocab.Expect(JsonValueKind.Array);
        int count = vocab.Element.GetArrayLength();
        if (count > Vocabulary.Limit) throw vocab.Error($"{count} tokens are more than the limit of {Vocabulary.Limit}");
        List<(string, double)> tokens = new(count);
        foreach (JsonElement entry in vocab.Element.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Array || entry.GetArrayLength() != 2 || entry[0].ValueKind != JsonValueKind.String
                || entry[1].ValueKind != JsonValueKind.Number || !double.IsFinite(entry[1].GetDouble()))
                throw vocab.Error($"entry {tokens.Count} is not of the form [\"token\", score] with a finite score");
            tokens.Add((vocab.StringOf(entry[0]), entry[1].GetDouble()));
        }
        try
        {
            return new UnigramModel(tokens, json.Find("unk_id")?.Integer(), json.Find("byte_fallback")?.Boolean() ?? false);
        }
        catch (FormatException e)
        {
            throw json.Error(e.Message);
        }
    }

    public static void Write(Utf8JsonWriter json, IReadOnlyList<(string Token, double Score)> tokens, int? unknownId, bool byteFallback)
    {
        json.WriteStartObject();
        json.WriteString("type", UnigramModel.TypeName);
        if (unknownId is int id) json.WriteNumber("unk_id", id);
        else json.WriteNull("unk_id");
        json.WriteStartArray("vocab");
        foreach ((string token, double score) in tokens)
        {
            json.WriteStartArray();
            json.WriteStringValue(token);
            json.WriteNumberValue(score);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteBoolean("byte_fallback", byteFallback);
        json.WriteEndObject();
    }
}
